import { expectNoTensorLeak } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { noise64, toTensor } from '../wasm/testing/noise.ts';

describe('comparisons: gradient', () => {
  it('is zero, and lets that of the other factor through', async () => {
    const x = tf.tensor1d([-1, 2, 3]);
    const gradient = tf.grad((t) => tf.mul(t, tf.cast(tf.greater(t, 1), 'float32')))(x);
    expect([...(await gradient.data())]).toEqual([0, 1, 1]);
    tf.dispose([x, gradient]);
  });

  it('passes any and all', async () => {
    const x = tf.tensor2d([1, 0, 0, 0], [2, 2]);
    const gradient = tf.grad((t) => {
      const isOne = tf.equal(t, 1);
      const [some, every] = [tf.any(isOne, 1, true), tf.all(isOne, 1, true)];
      return tf.mul(t, tf.sub(tf.cast(some, 'float32'), tf.cast(every, 'float32')));
    })(x);
    expect([...(await gradient.data())]).toEqual([1, 1, 0, 0]);
    tf.dispose([x, gradient]);
  });
});

describe('conv3dTranspose: gradient', () => {
  it.each(['same', 'valid'] as const)('is that of the convolution it transposes, padding %s', async (pad) => {
    const small = pad === 'same' ? [1, 2, 3, 2, 3] : [1, 1, 2, 2, 3];
    const [v, w, y] = [noise64([1, 4, 5, 4, 2], 1), noise64([3, 2, 2, 2, 3], 2), noise64(small, 3)].map(
      toTensor,
    ) as [tf.Tensor5D, tf.Tensor5D, tf.Tensor5D];
    const transposed = (a: tf.Tensor, b: tf.Tensor) =>
      tf.conv3dTranspose(a as tf.Tensor5D, b as tf.Tensor5D, v.shape, 2, pad);
    const direct = (b: tf.Tensor) => tf.conv3d(v, b as tf.Tensor5D, 2, pad);
    const [dy, dw] = tf.grads(transposed)([y, w], v) as [tf.Tensor, tf.Tensor];
    const [expectedDy, expectedDw] = [direct(w), tf.grad(direct)(w, y)];
    const tolerance = { absolute: 1e-4, relative: 1e-4 };
    expect(await dy.data()).toBeAllClose(await expectedDy.data(), tolerance);
    expect(await dw.data()).toBeAllClose(await expectedDw.data(), tolerance);
    tf.dispose([v, w, y, dy, dw, expectedDy, expectedDw]);
  });
});

describe('batchNorm along another axis: gradient', () => {
  it('equals that of the plain composition, and leaves no tensor behind', async () => {
    const shape = [1, 3, 1];
    const inputs = [noise64([2, 3, 4], 1), ...[2, 3, 4, 5].map((seed) => noise64(shape, seed))].map((x, i) =>
      i === 2 ? tf.tidy(() => tf.add(0.5, tf.abs(toTensor(x)))) : toTensor(x),
    );
    const dy = toTensor(noise64([2, 3, 4], 6));
    const normal = (...[x, mean, variance, offset, scale]: tf.Tensor[]) =>
      tf.batchNorm(
        x!,
        mean as tf.Tensor3D,
        variance as tf.Tensor3D,
        offset as tf.Tensor3D,
        scale as tf.Tensor3D,
        0.01,
      );
    const composed = (...[x, mean, variance, offset, scale]: tf.Tensor[]) =>
      tf.add(tf.mul(tf.div(tf.sub(x!, mean!), tf.sqrt(tf.add(variance!, 0.01))), scale!), offset!);
    const [actual, expected] = [tf.grads(normal)(inputs, dy), tf.grads(composed)(inputs, dy)];
    for (const [i, gradient] of actual.entries()) {
      expect(gradient.shape).toEqual(inputs[i]!.shape);
      expect(await gradient.data()).toBeAllClose(await expected[i]!.data(), {
        absolute: 1e-4,
        relative: 1e-4,
      });
    }
    await expectNoTensorLeak(() => tf.dispose(tf.grads(normal)(inputs, dy)));
    tf.dispose([...inputs, dy, ...actual, ...expected]);
  });
});
