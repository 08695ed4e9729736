import { Random } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayerCase, LayerLike } from './layer-cases.ts';
import { noise64, toTensor } from './noise.ts';

/** The weights of a layer, as far as tfjs-layers hides them. */
interface Weighted {
  readonly trainableWeights: readonly { readonly originalName: string; readonly val: tf.Variable }[];
  readonly nonTrainableWeights: readonly { readonly val: tf.Variable }[];
}

/** One gradient: of what, its shape and its values. */
export interface LayerGradient {
  readonly of: string;
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

/**
 * The outputs of a layer on the active backend, and the gradients of the sum of its outputs, each times some noise, with
 * respect to its inputs and trainable weights. All numbers are drawn from seeds.
 */
export async function layerGradients({ make, inputs, ...layerCase }: LayerCase): Promise<LayerGradient[]> {
  const layer = make();
  const { integersBelow, training, masked, cell } = layerCase;
  const xs = inputs.map((shape, i) => {
    if (!integersBelow) return tf.tidy(() => tf.variable(toTensor(noise64(shape, i + 1))));
    const random = new Random(i);
    return tf.tensor(
      Int32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => random.integer(integersBelow)),
      [...shape],
      'int32',
    );
  });
  const kwargs = {
    ...(training ? { training } : {}),
    ...(masked ? { mask: lastStepsMasked(inputs[0]!) } : {}),
  };
  const call = () => {
    const x = xs.length === 1 ? xs[0] : xs;
    return [cell ? layer.call(x, kwargs) : layer.apply(x, kwargs)].flat() as tf.Tensor[];
  };
  if (cell) layer.build([...inputs[0]!]);
  else tf.dispose(call());
  const weights = drawWeights(layer);
  const outputs = tf.tidy(() => call().map((y) => tf.clone(y)));
  const variables = [...(integersBelow ? [] : (xs as tf.Variable[])), ...weights];
  const { value, grads } = tf.variableGrads(() => {
    const parts = call().map((y, i) => tf.sum(tf.mul(y, toTensor(noise64(y.shape, 100 + i)))));
    return tf.addN(parts) as tf.Scalar;
  }, variables);
  const results = await Promise.all([
    ...outputs.map((y, i) => result(`output ${i}`, y)),
    ...variables.map((variable, i) => result(`gradient ${i} [${variable.shape}]`, grads[variable.name]!)),
  ]);
  tf.dispose([value, ...outputs, ...Object.values(grads), ...xs, kwargs]);
  if (cell) tf.dispose(weights);
  else layer.dispose();
  return results;
}

async function result(of: string, tensor: tf.Tensor): Promise<LayerGradient> {
  return { of, shape: tensor.shape, values: await tensor.data() };
}

/** Gives a built layer other weights, variances among them; returns the variables of the trainable ones. */
function drawWeights(layer: LayerLike): tf.Variable[] {
  const { trainableWeights, nonTrainableWeights } = layer as unknown as Weighted;
  tf.tidy(() => {
    for (const [i, { val }] of trainableWeights.entries())
      val.assign(tf.mul(0.5, toTensor(noise64(val.shape, 10 + i))));
    for (const [i, { val }] of nonTrainableWeights.entries())
      val.assign(tf.add(0.5, tf.abs(toTensor(noise64(val.shape, 50 + i)))));
  });
  return trainableWeights.map(({ val }) => val);
}

function lastStepsMasked([batch, steps]: readonly number[]): tf.Tensor {
  const mask = Array.from({ length: batch! }, (_, i) =>
    Array.from({ length: steps! }, (_, t) => t + 2 * i < steps!),
  );
  return tf.tensor(mask, [batch!, steps!], 'bool');
}
