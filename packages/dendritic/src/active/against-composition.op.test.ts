import { backendTolerance } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { ActiveDendriteConv2D } from './active-dendrite-conv-2d.ts';
import { ActiveDendriteDense } from './active-dendrite-dense.ts';

type Layer = ActiveDendriteConv2D | ActiveDendriteDense;
type Compose = (x: tf.Tensor, context: tf.Tensor, ...weights: tf.Tensor[]) => tf.Tensor;

const random = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed);
const tolerance = () =>
  tf.getBackend() === 'webgpu' ? backendTolerance() : { absolute: 1e-5, relative: 1e-5 };

/** Compares the layer's values, and the gradients of x, the context and all trained weights, with those of a composition. */
async function expectEqual(layer: Layer, x: tf.Tensor, context: tf.Tensor, compose: Compose) {
  const trained = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const operands = [x, context, ...trained.map((weight) => tf.clone(weight))];
  const { value, grads } = tf.valueAndGrads((x, c, ...weights) => compose(x!, c!, ...weights))(operands);
  const y = layer.call([x, context], {});
  expect(y.shape).toEqual(value.shape);
  expect(await y.data()).toBeAllClose(await value.data(), tolerance());
  const [dx, dc] = tf.grads((x, c) => layer.call([x!, c!], {}))([x, context]);
  const own = tf.variableGrads(() => tf.sum(layer.call([x, context], {})) as tf.Scalar, trained).grads;
  for (const [i, gradient] of [dx!, dc!, ...trained.map(({ name }) => own[name]!)].entries()) {
    expect(await gradient.data()).toBeAllClose(await grads[i]!.data(), tolerance());
  }
  tf.dispose([operands.slice(2), value, grads, y, dx!, dc!, own]);
}

/** Which segment wins for each context and unit, [B, H, S] of zeros and ones: a constant to every gradient. */
const winners = (segments: tf.Tensor, context: tf.Tensor) =>
  tf.tidy(() => {
    const [units, count, width] = segments.shape as [number, number, number];
    const d = tf.matMul(context, tf.reshape(segments, [units * count, width]), false, true);
    const best = tf.argMax(tf.abs(tf.reshape(d, [-1, units, count])), 2);
    return tf.cast(tf.oneHot(best as tf.Tensor1D, count), 'float32');
  });

/** σ of the winners' activations, [B, H]. */
function gates(context: tf.Tensor, segments: tf.Tensor, won: tf.Tensor): tf.Tensor {
  const [units, count, width] = segments.shape as [number, number, number];
  const d = tf.matMul(context, tf.reshape(segments, [units * count, width]), false, true);
  return tf.sigmoid(tf.sum(tf.mul(tf.reshape(d, [-1, units, count]), won), 2));
}

const image = (samples: number) => random([samples, 4, 5, 2], 1);

describe('ActiveDendriteConv2D: against reference', () => {
  const conv = (options: object = {}) => {
    const layer = new ActiveDendriteConv2D({
      filters: 3,
      kernelSize: [2, 3],
      segments: 3,
      seed: 4,
      biasInitializer: tfl.initializers.randomUniform({ seed: 2 }),
      ...options,
    });
    layer.apply([tfl.input({ shape: [4, 5, 2] }), tfl.input({ shape: [4] })]);
    return layer;
  };

  it('is a convolution and a gate for each channel, gradients included', async () => {
    const layer = conv({ strides: [1, 2], padding: 'same' });
    const [x, context] = [image(3), random([3, 4], 7)];
    const won = winners(layer.getWeights()[2]!, context);
    await expectEqual(layer, x, context, (x, c, kernel, bias, segments) => {
      const y = tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, [1, 2], 'same');
      return tf.mul(tf.add(y, bias!), tf.reshape(gates(c, segments!, won), [3, 1, 1, 3]));
    });
    tf.dispose([x, context, won]);
    layer.dispose();
  });

  it('has no gradient where its masks are 0', async () => {
    const layer = conv({ sparsity: 0.5, segmentSparsity: 0.5 });
    const [x, context] = [image(2), random([2, 4], 7)];
    const [kernel, , segments] = layer.getWeights();
    const [kernelMask, segmentMask] = [kernel!, segments!].map((weight) =>
      tf.cast(tf.notEqual(weight, 0), 'float32'),
    );
    const won = winners(segments!, context);
    await expectEqual(layer, x, context, (x, c, kernel, bias, segments) => {
      const y = tf.conv2d(x as tf.Tensor4D, tf.mul(kernel!, kernelMask!) as tf.Tensor4D, 1, 'valid');
      const open = gates(c, tf.mul(segments!, segmentMask!), won);
      return tf.mul(tf.add(y, bias!), tf.reshape(open, [2, 1, 1, 3]));
    });
    tf.dispose([x, context, won, kernelMask!, segmentMask!]);
    layer.dispose();
  });
});

describe('ActiveDendriteDense: against reference', () => {
  const dense = (options: object = {}) => {
    const layer = new ActiveDendriteDense({ units: 3, segments: 3, seed: 4, ...options });
    layer.apply([tfl.input({ shape: [5] }), tfl.input({ shape: [4] })]);
    return layer;
  };

  it('with one segment is y·σ(c·Uᵀ), gradients included', async () => {
    const layer = dense({ segments: 1 });
    const [x, context] = [random([6, 5], 1), random([6, 4], 2)];
    await expectEqual(layer, x, context, (x, c, kernel, bias, segments) => {
      const y = tf.add(tf.matMul(x, kernel!), bias!);
      return tf.mul(y, tf.sigmoid(tf.matMul(c, tf.reshape(segments!, [3, 4]), false, true)));
    });
    tf.dispose([x, context]);
    layer.dispose();
  });

  it('with one context for all is dense with scaled columns, gradients included', async () => {
    const layer = dense();
    const [x, context] = [random([6, 5], 1), random([1, 4], 2)];
    const won = winners(layer.getWeights()[2]!, context);
    await expectEqual(layer, x, context, (x, c, kernel, bias, segments) => {
      const scale = gates(c, segments!, won);
      return tf.add(tf.matMul(x, tf.mul(kernel!, scale)), tf.mul(bias!, scale));
    });
    tf.dispose([x, context, won]);
    layer.dispose();
  });

  it('that is routed hard has the gradients of the routed dense layer', async () => {
    const layer = dense({ units: 4, segments: 1 });
    const strong = 200;
    // Units 0 and 1 are for contexts along the first axis, the others for those along the second.
    const segments = [0, 0, 1, 1].map((task) => [[0, 1, 2, 3].map((t) => (t === task ? strong : -strong))]);
    layer.setWeights([...layer.getWeights().slice(0, 2), tf.tensor3d(segments)]);
    const x = random([2, 5], 1);
    const context = tf.tensor2d([
      [1, 0, 0, 0],
      [0, 1, 0, 0],
    ]);
    const route = tf.tensor2d([
      [1, 1, 0, 0],
      [0, 0, 1, 1],
    ]);
    await expectEqual(layer, x, context, (x, c, kernel, bias, segments) => {
      const routed = tf.mul(tf.add(tf.matMul(x, kernel!), bias!), route);
      // Saturated gates pass nothing on to segments and contexts.
      return tf.add(routed, tf.mul(0, tf.add(tf.sum(c), tf.sum(segments!))));
    });
    tf.dispose([x, context, route]);
    layer.dispose();
  });
});
