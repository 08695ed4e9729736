import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { heapFloats } from './heap-floats.ts';

describe('heapFloats', () => {
  it('is the memory of a tensor on WASM, and null elsewhere', async () => {
    const x = tf.tensor2d([
      [1, 2],
      [3, 4],
    ]);
    const floats = heapFloats(x);
    if (tf.getBackend() !== 'wasm') {
      expect(floats).toBeNull();
      return;
    }
    expect([...floats!]).toEqual([1, 2, 3, 4]);
    floats![3] = 5;
    expect([...(await x.data())]).toEqual([1, 2, 3, 5]);
  });

  it('edges: knows no memory of integers', () => {
    expect(heapFloats(tf.tensor1d([1], 'int32'))).toBeNull();
  });
});
