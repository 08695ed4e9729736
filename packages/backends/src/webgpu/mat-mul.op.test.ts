import { expectNoTensorLeak, onlyOn } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

onlyOn(['cpu', 'webgpu'], 'products over long inner dimensions, a kernel of ours on WebGPU');

describe('matMul over a long inner dimension', () => {
  it.each([
    [16, 2100, 16],
    [12, 2000, 12],
    [33, 2050, 5],
  ])('of %d × %d × %d is right with a transposed right operand', async (m, k, n) => {
    const left = Float32Array.from({ length: m * k }, (_, i) => ((i * 7919) % 13) - 6);
    const right = Float32Array.from({ length: n * k }, (_, i) => ((i * 104729) % 17) - 8);
    const [a, b] = [tf.tensor2d(left, [m, k]), tf.tensor2d(right, [n, k])];
    const expected = Array.from({ length: m * n }, (_, i) => {
      let sum = 0;
      for (let j = 0; j < k; j++) sum += left[Math.floor(i / n) * k + j]! * right[(i % n) * k + j]!;
      return sum;
    });
    const y = tf.matMul(a, b, false, true);
    expect(await y.data()).toBeAllClose(expected, { absolute: 0, relative: 1e-5 });
    await expectNoTensorLeak(() => tf.matMul(a, b, false, true).dispose());
    tf.dispose([a, b, y]);
  });
});
