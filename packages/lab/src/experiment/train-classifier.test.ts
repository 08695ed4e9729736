import { Random } from '@arborize/core';
import type { Dataset, Samples } from '@arborize/datasets';
import * as tfc from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Task } from './experiment.ts';
import { trainClassifier } from './train-classifier.ts';

/** Two classes on either side of a line. */
function halves(count: number, seed: number): Samples {
  const random = new Random(seed);
  const xs = Float32Array.from({ length: 4 * count }, () => random.normal());
  const ys = Int32Array.from({ length: count }, (_, i) => Number(xs[4 * i]! > xs[4 * i + 3]!));
  return { shape: [2, 2], xs, ys, classes: 2, count };
}

const data: Dataset = { name: 'halves', train: halves(200, 1), test: halves(100, 2) };

const train = trainClassifier(
  ({ inputShape, classes, random }) =>
    tf.sequential({
      layers: [
        tf.layers.dense({
          inputShape: [...inputShape],
          units: classes,
          activation: 'softmax',
          kernelInitializer: tf.initializers.glorotUniform({ seed: random.uint32() }),
        }),
      ],
    }),
  { flatten: true, center: true },
);

const task = (seed: number, heard: number[] = []): Task => ({
  data,
  seed,
  scale: 'small',
  protocol: {
    optimizer: 'adam',
    batchSize: 16,
    phases: [
      { epochs: 3, learningRate: 0.1 },
      { epochs: 1, learningRate: 0 },
    ],
  },
  progress: (fraction) => heard.push(fraction),
});

const numbers = async (seed: number) => (await train(task(seed))).curve.map(({ seconds, ...rest }) => rest);

describe('trainClassifier', () => {
  beforeAll(async () => {
    await tfc.setBackend('cpu');
  });

  it('learns, and measures the test set after every epoch', async () => {
    const { metrics, parameters, curve } = await train(task(0));
    expect(metrics.accuracy).toBeGreaterThan(0.9);
    expect(parameters).toBe(4 * 2 + 2);
    expect(curve.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    expect(curve.at(-1)).toMatchObject(metrics);
  });

  it('follows the phases: nothing is learned at rate 0', async () => {
    const { curve } = await train(task(0));
    expect(curve[3]!.testLoss).toBe(curve[2]!.testLoss);
    expect(curve[2]!.testLoss).not.toBe(curve[1]!.testLoss);
  });

  it('gives equal numbers for equal seeds and others for another seed', async () => {
    const first = await numbers(5);
    expect(await numbers(5)).toEqual(first);
    expect(await numbers(6)).not.toEqual(first);
  });

  it('tells its progress up to the end', async () => {
    const heard: number[] = [];
    await train(task(0, heard));
    expect(heard).toEqual(heard.toSorted((a, b) => a - b));
    expect(heard.at(-1)).toBe(1);
  });

  it('leaves no tensor behind', async () => {
    await train(task(0));
    const before = tfc.memory().numTensors;
    await train(task(0));
    expect(tfc.memory().numTensors).toBe(before);
  });
});
