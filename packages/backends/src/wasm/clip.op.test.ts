import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { skipElsewhere } from './testing/skip-elsewhere.ts';

skipElsewhere();

describe('clipByValue', () => {
  it.each([1, 3, 4, 7, 16, 33])('closed form, %i numbers', async (count) => {
    const x = tf.range(0, count);
    expect(await tf.clipByValue(x, 1, 5).array()).toEqual(
      Array.from({ length: count }, (_, i) => Math.min(Math.max(i, 1), 5)),
    );
  });

  it('edges: NaN stays NaN, infinities become the limits', async () => {
    const x = tf.tensor1d([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.5, Number.NaN]);
    expect(await tf.clipByValue(x, -1, 1).array()).toEqual([Number.NaN, 1, -1, 0.5, Number.NaN]);
  });

  it('gradient: one between the limits, zero beyond', async () => {
    const gradient = tf.grad((x) => tf.clipByValue(x, -1, 1))(tf.tensor1d([-2, -0.5, 0.5, 2, 9]));
    expect(await gradient.array()).toEqual([0, 1, 1, 0, 0]);
  });
});
