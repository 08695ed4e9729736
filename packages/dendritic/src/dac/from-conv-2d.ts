import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { builtLayer, without } from './built-layer.ts';
import { DACConv2D, type DACConv2DOptions } from './dac-conv-2d-layer.ts';
import { checkPair, forEveryOutput, optional } from './from-dense.ts';

/** Two convolutions that follow each other, with batch normalisation between if there was one. */
export interface Conv2DPair {
  /** Passes raw sums on. */
  readonly producer: layers.Layer;
  readonly batchNormalization?: layers.Layer;
  readonly consumer: DACConv2D;
}

/**
 * Turns two convolutions with a ReLU between into a linear one and a {@link DACConv2D} that compute the same: the shift
 * before the ReLU goes into every connection of the second, where training can change it for each.
 *
 * @param producer A built convolution with the activation `'relu'`; or `'linear'`, if batch normalisation and a ReLU
 *   follow it.
 * @param consumer The built convolution that follows; its bias becomes the output bias.
 * @param batchNormalization The layer between, before its ReLU; it stays, its shift β becoming the biases and 0.
 * @returns New, built layers under the old names; the old ones stay as they are.
 * @throws ArgumentError if a layer is of another class, not built, or channels or the activation do not fit.
 * @example
 * const { producer, consumer } = fromConv2D(model.layers[0], model.layers[1]);
 * @see Metta et al., "Increasing biases can be more efficient than increasing weights", WACV 2024, arXiv 2301.00924.
 */
export function fromConv2D(
  producer: layers.Layer,
  consumer: layers.Layer,
  batchNormalization?: layers.Layer,
): Conv2DPair {
  const first = builtLayer('fromConv2D', 'producer', producer, ['Conv2D']);
  const second = builtLayer('fromConv2D', 'consumer', consumer, ['Conv2D']);
  checkPair('fromConv2D', first, second, batchNormalization ? 'linear' : 'relu');
  const [kernel, bias] = first.weights as [Tensor, Tensor?];
  const [consumerKernel, outputBias] = second.weights as [Tensor, Tensor?];
  const norm = batchNormalization && withoutShift(batchNormalization);
  // In front of a normalisation the bias is no shift of the ReLU, and stays.
  const linear = layers.conv2d({
    ...without(first.config),
    activation: 'linear',
    useBias: norm !== undefined && bias !== undefined,
  } as never);
  linear.build(shapeFor(first.config, kernel));
  linear.setWeights([kernel, ...optional(norm && bias)]);
  const dac = new DACConv2D({
    ...(without(second.config, 'useBias') as unknown as DACConv2DOptions),
    useOutputBias: outputBias !== undefined,
  });
  dac.build(shapeFor(second.config, consumerKernel));
  const shift = norm ? norm.shift : bias;
  tf.tidy(() =>
    dac.setWeights([consumerKernel, forEveryOutput(shift, consumerKernel), ...optional(outputBias)]),
  );
  return { producer: linear, ...(norm && { batchNormalization: norm.layer }), consumer: dac };
}

/** A copy of a batch normalisation with a shift of 0, and its own shift. */
function withoutShift(batchNormalization: layers.Layer): { layer: layers.Layer; shift: Tensor | undefined } {
  const { config, weights } = builtLayer('fromConv2D', 'batchNormalization', batchNormalization, [
    'BatchNormalization',
  ]);
  const shift = config.center ? weights[config.scale ? 1 : 0] : undefined;
  // tfjs-layers cannot train a normalisation without a shift, so it stays.
  const layer = layers.batchNormalization(without(config) as never);
  const channels = weights.at(-1)!.shape[0]!;
  const axis = config.axis as number;
  layer.build(Array.from({ length: 4 }, (_, i) => (i === (axis < 0 ? axis + 4 : axis) ? channels : null)));
  tf.tidy(() =>
    layer.setWeights(weights.map((weight) => (weight === shift ? tf.zerosLike(weight) : weight))),
  );
  return { layer, shift };
}

function shapeFor({ dataFormat }: { dataFormat?: unknown }, kernel: Tensor): (number | null)[] {
  const channels = kernel.shape[2]!;
  return dataFormat === 'channelsFirst' ? [null, channels, null, null] : [null, null, null, channels];
}
