import { type Array64, array64, describeOp, expectNoTensorLeak } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { workedExample } from '../testing/worked-example.ts';
import { segmentActivations } from './segment-activations.ts';

const activations64 = (magnitude: boolean) => (context: Array64, segments: Array64) => {
  const [units, count, width] = segments.shape as [number, number, number];
  const rows = context.shape[0]!;
  const a = array64([rows, units], new Float64Array(rows * units));
  for (let i = 0; i < rows * units; i++) {
    const [row, unit] = [Math.floor(i / units), i % units];
    const d = Array.from({ length: count }, (_, s) => {
      let sum = 0;
      for (let k = 0; k < width; k++) {
        sum += segments.values[(unit * count + s) * width + k]! * context.values[row * width + k]!;
      }
      return sum;
    });
    a.values[i] = d.reduce((best, next) =>
      (magnitude ? Math.abs(next) > Math.abs(best) : next > best) ? next : best,
    );
  }
  return a;
};

const shapes = [
  [
    [1, 1],
    [1, 1, 1],
  ],
  [
    [2, 3],
    [4, 2, 3],
  ],
  [
    [3, 5],
    [3, 4, 5],
  ],
  [
    [1, 7],
    [2, 3, 7],
  ],
  [
    [0, 3],
    [2, 2, 3],
  ],
];
describeOp('segmentActivations by magnitude', {
  op: (context, segments) => segmentActivations(context!, segments!),
  float64: (context, segments) => activations64(true)(context!, segments!),
  shapes,
});
describeOp('segmentActivations by value', {
  op: (context, segments) => segmentActivations(context!, segments!, { mode: 'maxGate' }),
  float64: (context, segments) => activations64(false)(context!, segments!),
  shapes,
});

describe('segmentActivations: closed form', () => {
  const u = workedExample.segments;
  const c = workedExample.contexts;

  it('has the winners of the layer of two samples', async () => {
    const a = segmentActivations(c, u);
    expect(await a.data()).toBeAllClose([0.125, 1.25, 0.7, -2.5, -4, 1]);
    a.dispose();
  });

  it('lets the lowest index win among equals, forward and backward', async () => {
    const [context, segments] = [
      tf.tensor2d([[1, 1]]),
      tf.tensor3d([
        [
          [1, 1],
          [-1, -1],
          [0, 2],
        ],
      ]),
    ];
    const { value, grads } = tf.valueAndGrads((c, u) => segmentActivations(c, u))([context, segments]);
    expect(await value.data()).toBeAllClose([2]);
    expect(await grads[1]!.data()).toBeAllClose([1, 1, 0, 0, 0, 0]);
    expect(await grads[0]!.data()).toBeAllClose([1, 1]);
    tf.dispose([context, segments, value, grads]);
  });

  it('computes each context once for all samples that have it', async () => {
    const index = tf.tensor1d([1, 0, 1, 1], 'int32');
    const [segments, contexts] = [tf.tensor3d(u), tf.tensor2d(c)];
    const rows = tf.gather(contexts, index);
    const [indexed, plain] = [
      segmentActivations(contexts, segments, { contextIndex: index }),
      segmentActivations(rows, segments),
    ];
    expect(await indexed.data()).toBeAllClose(await plain.data());
    const gradients = [
      tf.grad((u) => segmentActivations(contexts, u as tf.Tensor3D, { contextIndex: index }))(segments),
      tf.grad((u) => segmentActivations(rows, u as tf.Tensor3D))(segments),
    ];
    expect(await gradients[0]!.data()).toBeAllClose(await gradients[1]!.data());
    tf.dispose([index, segments, contexts, rows, indexed, plain, gradients]);
  });

  it('gives runs of equal contexts, and returns to them, the same as single ones', async () => {
    const random = (i: number) => Math.sin(i * 12.9898) * 1.3;
    const segments = tf.tensor3d(
      Float32Array.from({ length: 5 * 3 * 9 }, (_, i) => random(i)),
      [5, 3, 9],
    );
    const distinct = tf.tensor2d(
      Float32Array.from({ length: 2 * 9 }, (_, i) => random(500 + i)),
      [2, 9],
    );
    const order = tf.tensor1d([0, 0, 0, 1, 1, 0, 1], 'int32');
    const repeated = tf.gather(distinct, order);
    const dy = tf.tensor2d(
      Float32Array.from({ length: 7 * 5 }, (_, i) => random(900 + i)),
      [7, 5],
    );
    const [whole, single] = [repeated, distinct].map((c) => segmentActivations(c, segments));
    const expected = tf.gather(single!, order);
    expect(await whole!.data()).toBeAllClose(await expected.data());
    const [dc, du] = tf.grads((c, u) => segmentActivations(c, u))([repeated, segments], dy);
    const summed = tf.tidy(() => {
      const parts = tf.matMul(tf.tensor2d([1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 0, 1], [7, 2]), dy, true);
      return tf.grad((u) => segmentActivations(distinct, u as tf.Tensor3D))(segments, parts);
    });
    expect(await du!.data()).toBeAllClose(await summed.data());
    expect(dc!.shape).toEqual([7, 9]);
    tf.dispose([segments, distinct, order, repeated, dy, whole!, single!, expected, dc!, du!, summed]);
  });
});

describe('segmentActivations: gradient', () => {
  it('reaches at most one segment of a unit for each distinct context', async () => {
    const u = tf.randomNormal([6, 8, 4]);
    const c = tf.randomNormal([1, 4]);
    const du = tf.grad((u) => segmentActivations(c as tf.Tensor2D, u as tf.Tensor3D))(u);
    const touched = tf.sum(tf.cast(tf.any(tf.notEqual(du, 0), 2), 'float32'), 1);
    expect(await touched.data()).toBeAllClose([1, 1, 1, 1, 1, 1]);
    await expectNoTensorLeak(() =>
      tf.dispose(tf.grads((c, u) => segmentActivations(c as tf.Tensor2D, u as tf.Tensor3D))([c, u])),
    );
    tf.dispose([u, c, du, touched]);
  });
});

describe('segmentActivations: errors', () => {
  it('name what they got and what they want', () => {
    expect(() => segmentActivations([[1, 2, 3]], [[[1, 2]]])).toThrow(
      'segmentActivations: context must be of shape [contexts, 2], as wide as the segments, got a float32 tensor of ' +
        'shape [1, 3].',
    );
    expect(() => segmentActivations([[1, 2]], [[1, 2]])).toThrow(
      'segmentActivations: segments must be of shape [units, segments ≥ 1, context width]',
    );
    expect(() => segmentActivations([[1]], [[[1]]], { contextIndex: [[0]] })).toThrow(
      'segmentActivations: options.contextIndex must be of shape [B]',
    );
  });
});
