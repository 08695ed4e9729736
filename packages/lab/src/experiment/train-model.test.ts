import { Random } from '@arborize/core';
import type { Dataset, Samples } from '@arborize/datasets';
import * as tfc from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Task } from './experiment.ts';
import { trainModel } from './train-model.ts';

/** Two classes on either side of a line. */
function halves(count: number, seed: number): Samples {
  const random = new Random(seed);
  const xs = Float32Array.from({ length: 4 * count }, () => random.normal());
  const ys = Int32Array.from({ length: count }, (_, i) => Number(xs[4 * i]! > xs[4 * i + 3]!));
  return { shape: [2, 2], xs, ys, classes: 2, count };
}

const data: Dataset = { name: 'halves', train: halves(200, 1), test: halves(100, 2) };

const train = trainModel(
  ({ inputShape, outputs, random }) =>
    tf.sequential({
      layers: [
        tf.layers.dense({
          inputShape: [...inputShape],
          units: outputs,
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

describe('trainModel', () => {
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

  it('fits targets by the squared error and measures its root', async () => {
    const line = trainModel(
      ({ inputShape, outputs }) =>
        tf.sequential({
          layers: [
            tf.layers.dense({ inputShape: [...inputShape], units: outputs, kernelInitializer: 'zeros' }),
          ],
        }),
      { flatten: true, protocol: { optimizer: 'sgd', phases: [{ epochs: 1, learningRate: 0.1 }] } },
    );
    const targets = (samples: Samples): Samples => ({
      ...samples,
      ys: Float32Array.from({ length: samples.count }, (_, i) => samples.xs[4 * i]! + 1),
      classes: 0,
    });
    const regression = { name: 'line', train: targets(data.train), test: targets(data.test) };
    const { metrics, curve } = await line({ ...task(0), data: regression });
    expect(metrics.rmse).toBeLessThan(0.1);
    expect(metrics.rmse! ** 2).toBeCloseTo(metrics.testLoss!, 6);
    expect(metrics).not.toHaveProperty('accuracy');
    expect(curve).toHaveLength(4);
  });

  it('trains logits to the same as the probabilities of them', async () => {
    const layer = (activation?: 'softmax') =>
      trainModel(
        ({ inputShape, outputs, random }) =>
          tf.sequential({
            layers: [
              tf.layers.dense({
                inputShape: [...inputShape],
                units: outputs,
                kernelInitializer: tf.initializers.glorotUniform({ seed: random.uint32() }),
                ...(activation && { activation }),
              }),
            ],
          }),
        { flatten: true, logits: !activation },
      );
    const [logits, softmax] = [await layer()(task(3)), await layer('softmax')(task(3))];
    expect(logits.metrics.testLoss).toBeCloseTo(softmax.metrics.testLoss!, 3);
    expect(logits.metrics.accuracy).toBeCloseTo(softmax.metrics.accuracy!, 2);
  });

  it('calls back, and asks the trained model for more metrics and, once, for pictures', async () => {
    const epochs: number[] = [];
    const variant = trainModel(
      ({ inputShape, outputs }) =>
        tf.sequential({
          layers: [
            tf.layers.dense({
              inputShape: [...inputShape],
              units: outputs,
              activation: 'softmax',
              trainable: false,
            }),
            tf.layers.dense({ units: outputs, activation: 'softmax' }),
          ],
        }),
      {
        flatten: true,
        optimizer: (rate) => tfc.train.adagrad(rate),
        callbacks: () => [new tf.CustomCallback({ onEpochEnd: async (epoch) => void epochs.push(epoch) })],
        measure: ({ test }) => ({ tested: test.xs.shape[0]! }),
        pictures: async ({ model }) => [
          { title: 'kernel', cells: (await model.layers[0]!.getWeights()[0]!.array()) as number[][] },
        ],
      },
    );
    const first = await variant(task(0));
    expect(epochs).toEqual([0, 1, 2, 3]);
    expect(first.metrics.tested).toBe(100);
    expect(first.pictures).toHaveLength(1);
    expect(first.parameters).toBe(2 * 2 + 2);
    expect((await variant(task(1))).pictures).toBeUndefined();
  });

  it('leaves no tensor behind', async () => {
    await train(task(0));
    const before = tfc.memory().numTensors;
    await train(task(0));
    expect(tfc.memory().numTensors).toBe(before);
  });
});
