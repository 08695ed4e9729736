import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Samples } from './samples.ts';
import { split } from './split.ts';
import { subset, take } from './subset.ts';
import { toTensors } from './to-tensors.ts';

const images: Samples = {
  shape: [1, 2, 1],
  xs: Float32Array.of(0, 1, 10, 11, 20, 21),
  ys: Int32Array.of(2, 0, 1),
  classes: 3,
  count: 3,
};
const regression: Samples = {
  shape: [2],
  xs: images.xs,
  ys: Float32Array.of(0.5, -1, 2),
  classes: 0,
  count: 3,
};

describe('toTensors', () => {
  it('closed form: one-hot for classes, a column for regression', async () => {
    const { xs, ys } = toTensors(images);
    expect([xs.shape, ys.shape, ys.dtype]).toEqual([[3, 1, 2, 1], [3, 3], 'float32']);
    expect([...(await ys.data())]).toEqual([0, 0, 1, 1, 0, 0, 0, 1, 0]);
    const flat = toTensors(images, { flatten: true });
    expect([flat.xs.shape, [...(await flat.xs.data())]]).toEqual([[3, 2], [...images.xs]]);
    const column = toTensors(regression);
    expect([column.ys.shape, [...(await column.ys.data())]]).toEqual([
      [3, 1],
      [0.5, -1, 2],
    ]);
    tf.dispose([xs, ys, flat, column]);
  });

  it('edges: no samples', () => {
    const { xs, ys } = toTensors(take(images, 0));
    expect([xs.shape, ys.shape]).toEqual([
      [0, 1, 2, 1],
      [0, 3],
    ]);
    tf.dispose([xs, ys]);
  });

  it('memory: makes two tensors, whose changes do not reach the samples', async () => {
    const before = tf.memory().numTensors;
    const tensors = toTensors(regression);
    expect(tf.memory().numTensors).toBe(before + 2);
    (await tensors.xs.data()).fill(9);
    (await tensors.ys.data()).fill(9);
    expect([...regression.xs, ...regression.ys]).toEqual([0, 1, 10, 11, 20, 21, 0.5, -1, 2]);
    tf.dispose(tensors);
  });
});

describe('subset and take', () => {
  it('closed form: picks examples with their labels', () => {
    expect(subset(images, [2, 0, 2])).toEqual({
      ...images,
      xs: Float32Array.of(20, 21, 0, 1, 20, 21),
      ys: Int32Array.of(1, 2, 1),
    });
    expect(subset(regression, [1]).ys).toEqual(Float32Array.of(-1));
    expect(take(images, 2)).toEqual(subset(images, [0, 1]));
  });

  it('errors: an index or a count out of range', () => {
    expect(() => subset(images, [0, 3])).toThrow('subset: indices[1] must be an integer in [0, 3), got 3.');
    expect(() => subset(images, [0.5])).toThrow('indices[0]');
    expect(() => take(images, 4)).toThrow('take: count must be an integer in [0, 3], got 4.');
  });
});

describe('split', () => {
  const many: Samples = {
    shape: [1],
    xs: Float32Array.from({ length: 10 }, (_, i) => i),
    ys: Int32Array.from({ length: 10 }, (_, i) => i % 2),
    classes: 2,
    count: 10,
  };

  it('deals every sample out once, shuffled, the same way for the same seed', () => {
    const { train, test } = split(many, { fraction: 0.7, seed: 1 });
    expect([train.count, test.count]).toEqual([7, 3]);
    const all = [...train.xs, ...test.xs];
    expect(all.toSorted((a, b) => a - b)).toEqual([...many.xs]);
    expect(all).not.toEqual([...many.xs]);
    expect([...train.ys]).toEqual([...train.xs].map((x) => x % 2));
    expect(split(many, { fraction: 0.7, seed: 1 })).toEqual({ train, test });
    expect(split(many, { fraction: 0.7, seed: 2 })).not.toEqual({ train, test });
  });

  it('errors: a fraction that is none', () => {
    expect(() => split(many, { fraction: 1 })).toThrow('split: fraction must be a number in (0, 1), got 1.');
    expect(() => split(many, { fraction: Number.NaN })).toThrow('split: fraction');
  });
});
