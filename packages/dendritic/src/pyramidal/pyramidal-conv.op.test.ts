import { leakyAda } from '@arborize/activations';
import { backendTolerance } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { interleave } from './interleaved.ts';
import { PyramidalConv1D } from './pyramidal-conv-1d.ts';
import { PyramidalConv2D } from './pyramidal-conv-2d.ts';

type Convolution = (x: tf.Tensor, kernel: tf.Tensor) => tf.Tensor;

/** A pyramidal convolution, and the stock one that each of its branches is. */
interface ConvCase {
  readonly name: string;
  readonly layer: () => tfl.layers.Layer;
  /** Of one sample of the basal and the apical input, or of the one input of both. */
  readonly inputs: readonly number[][];
  /** Of each branch. */
  readonly kernels: readonly [number[], number[]];
  readonly convolution: Convolution;
}

// α and c of every case; 3 filters in all.
const soma = { filters: 3, alpha: 0.7, c: 0.5, leak: 0.1 };

const cases: ConvCase[] = [
  {
    name: 'PyramidalConv1D, same, strides 2',
    layer: () => new PyramidalConv1D({ ...soma, kernelSize: 3, strides: 2, padding: 'same' }),
    inputs: [[6, 2]],
    kernels: [
      [3, 2, 3],
      [3, 2, 3],
    ],
    convolution: (x, kernel) => tf.conv1d(x as tf.Tensor3D, kernel as tf.Tensor3D, 2, 'same'),
  },
  {
    name: 'PyramidalConv1D, valid, two inputs',
    layer: () => new PyramidalConv1D({ ...soma, kernelSize: 2 }),
    inputs: [
      [5, 1],
      [5, 2],
    ],
    kernels: [
      [2, 1, 3],
      [2, 2, 3],
    ],
    convolution: (x, kernel) => tf.conv1d(x as tf.Tensor3D, kernel as tf.Tensor3D, 1, 'valid'),
  },
  {
    name: 'PyramidalConv2D, same, strides [2, 1]',
    layer: () => new PyramidalConv2D({ ...soma, kernelSize: [3, 2], strides: [2, 1], padding: 'same' }),
    inputs: [[5, 4, 2]],
    kernels: [
      [3, 2, 2, 3],
      [3, 2, 2, 3],
    ],
    convolution: (x, kernel) => tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, [2, 1], 'same'),
  },
  {
    name: 'PyramidalConv2D, valid, channels first',
    layer: () => new PyramidalConv2D({ ...soma, kernelSize: 2, dataFormat: 'channelsFirst' }),
    inputs: [[2, 4, 5]],
    kernels: [
      [2, 2, 2, 3],
      [2, 2, 2, 3],
    ],
    convolution: (x, kernel) => {
      const image = tf.transpose(x, [0, 2, 3, 1]) as tf.Tensor4D;
      const sums = tf.conv2d(image, kernel as tf.Tensor4D, 1, 'valid');
      return tf.transpose(sums, [0, 3, 1, 2]);
    },
  },
];

describe.each(cases)('$name: against reference', ({ layer: make, inputs, kernels, convolution }) => {
  it('equals two convolutions, in value and gradients', async () => {
    const draw = (shape: readonly number[], seed: number) =>
      tf.randomNormal([...shape], 0, 1, 'float32', seed);
    const [w, v] = kernels.map((shape, i) => draw(shape, 2 + i)) as [tf.Tensor, tf.Tensor];
    const xs = inputs.map((shape, i) => draw([2, ...shape], 8 + i));
    const [b, d] = [draw([3], 4), draw([3], 5)];
    const layer = make();
    const first = layer.getConfig().dataFormat === 'channelsFirst';
    const spread = (bias: tf.Tensor, rank: number) =>
      first ? tf.reshape(bias, [-1, ...Array(rank - 2).fill(1)]) : bias;
    const two = (w: tf.Tensor, v: tf.Tensor, b: tf.Tensor, d: tf.Tensor, x: tf.Tensor, apical = x) => {
      const [u, a] = [tf.add(convolution(x, w), spread(b, x.rank)), convolution(apical, v)];
      const { alpha, c, leak } = soma;
      return tf.add(tf.relu(u), leakyAda(tf.add(a, spread(d, x.rank)), { alpha, c, leak }));
    };
    const operands = [w, v, b, d, ...xs];
    const expected = tf.valueAndGrads((...all) => two(...(all as Parameters<typeof two>)))(operands);

    const shapes = xs.map(({ shape }) => shape.with(0, null as never));
    layer.build((shapes.length === 1 ? shapes[0] : shapes) as tfl.Shape);
    const together = xs.length === 1;
    layer.setWeights([...(together ? [interleave(w, v)] : [w, v]), interleave(b, d)]);
    const y = (all: tf.Tensor[]) => layer.apply(together ? all[0]! : all) as tf.Tensor;
    const value = y(xs);
    const tolerance = tf.getBackend() === 'webgpu' ? backendTolerance() : { absolute: 2e-5, relative: 1e-5 };
    expect(value.shape).toEqual(expected.value.shape);
    expect(await value.data()).toBeAllClose(await expected.value.data(), tolerance);

    const [dw, dv, db, dd, ...dxs] = expected.grads;
    const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const { grads } = tf.variableGrads(() => tf.sum(y(xs)) as tf.Scalar, variables);
    const weightGradients = [...(together ? [interleave(dw!, dv!)] : [dw!, dv!]), interleave(db!, dd!)];
    for (const [i, { name }] of variables.entries()) {
      expect(await grads[name]!.data()).toBeAllClose(await weightGradients[i]!.data(), tolerance);
    }
    const inputGradients = tf.grads((...all) => y(all))(xs);
    for (const [i, gradient] of inputGradients.entries()) {
      expect(await gradient.data()).toBeAllClose(await dxs[i]!.data(), tolerance);
    }
  });
});
