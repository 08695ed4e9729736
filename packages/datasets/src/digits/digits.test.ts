import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { split } from '../samples/split.ts';
import { toTensors } from '../samples/to-tensors.ts';
import { digits } from './digits.ts';

describe('digits', () => {
  it('makes images in [0, 1] of ten classes in turn, with ink in each', () => {
    const { shape, classes, count, xs, ys } = digits({ count: 200, seed: 3 });
    expect([shape, classes, count, xs.length]).toEqual([[28, 28, 1], 10, 200, 200 * 784]);
    expect([...ys.subarray(0, 12)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    for (let i = 0; i < count; i++) {
      const image = xs.subarray(784 * i, 784 * (i + 1));
      expect(image.every((pixel) => pixel >= 0 && pixel <= 1)).toBe(true);
      expect(image.filter((pixel) => pixel > 0.5).length).toBeGreaterThan(10);
    }
  });

  it('gives equal images for equal seeds, others for others, and the same first ones for a larger count', () => {
    const { xs } = digits({ count: 10, seed: 3 });
    expect(digits({ count: 10, seed: 3 }).xs).toEqual(xs);
    expect(digits({ count: 10, seed: 4 }).xs).not.toEqual(xs);
    expect(digits({ count: 20, seed: 3 }).xs.subarray(0, xs.length)).toEqual(xs);
  });

  it('edges: none', () => {
    expect(digits({ count: 0, seed: 0 })).toMatchObject({ count: 0, xs: new Float32Array(0) });
  });

  it('errors: a count or a seed that is none', () => {
    expect(() => digits({ count: -1, seed: 0 })).toThrow('digits: count must be an integer ≥ 0, got -1.');
    expect(() => digits({ count: 1, seed: 0.5 })).toThrow('seed must be an integer, got 0.5.');
  });
});

describe('digits, learned', () => {
  it('are too hard for a linear model, and a hidden layer does better', async () => {
    await tf.setBackend('cpu');
    const linear = await accuracy([], 6);
    expect(linear).toBeGreaterThan(0.7);
    expect(linear).toBeLessThan(0.9);
    expect(await accuracy([32], 5)).toBeGreaterThan(linear + 0.03);
  }, 120_000);
});

async function accuracy(hidden: readonly number[], epochs: number): Promise<number> {
  const { train, test } = split(digits({ count: 5000, seed: 0 }));
  const [trainSet, testSet] = [toTensors(train, { flatten: true }), toTensors(test, { flatten: true })];
  const kernelInitializer = layers.initializers.glorotUniform({ seed: 1 });
  const model = layers.sequential();
  model.add(layers.layers.inputLayer({ inputShape: [784] }));
  for (const units of hidden)
    model.add(layers.layers.dense({ units, activation: 'relu', kernelInitializer }));
  model.add(layers.layers.dense({ units: 10, activation: 'softmax', kernelInitializer }));
  model.compile({ optimizer: tf.train.adam(3e-3), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  await model.fit(trainSet.xs, trainSet.ys, { epochs, batchSize: 100, shuffle: false, verbose: 0 });
  const [loss, result] = model.evaluate(testSet.xs, testSet.ys) as tf.Scalar[];
  const [value] = await result!.data();
  tf.dispose([trainSet, testSet, loss!, result!]);
  model.dispose();
  return value!;
}
