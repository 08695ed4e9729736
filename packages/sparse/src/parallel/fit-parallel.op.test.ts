import { Random } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { SparseDense } from '../layer/sparse-dense.ts';
import { fitParallel } from './fit-parallel.ts';

const random = new Random(1);
const xs = tf.tensor2d(
  Float32Array.from({ length: 64 * 4 }, () => random.normal()),
  [64, 4],
);
const ys = tf.tidy(() => tf.sum(tf.slice(xs, [0, 0], [64, 2]), 1, true));

function network(): tfl.LayersModel {
  const model = tfl.sequential({
    layers: [
      new SparseDense({ units: 8, connections: 16, seed: 1, activation: 'relu', inputShape: [4] }),
      new SparseDense({ units: 1, connections: 8, seed: 2 }),
    ],
  });
  model.compile({ optimizer: tf.train.momentum(0.02, 0.9), loss: 'meanSquaredError' });
  return model;
}

/** Web workers, which Node does not have; those of Node are tested in fit-parallel.test.ts. */
function webWorkers(skip: (condition: boolean, note: string) => void, backend = 'cpu') {
  skip(typeof Worker === 'undefined', 'workers of a browser: run a chromium project');
  skip(!crossOriginIsolated, 'shared memory: serve the page with the headers that isolate it');
  const made: Worker[] = [];
  const make = () => {
    const worker =
      backend === 'cpu'
        ? new Worker(new URL('./testing/worker.ts', import.meta.url), { type: 'module' })
        : new Worker(new URL('./testing/wasm-worker.ts', import.meta.url), { type: 'module' });
    made.push(worker);
    return worker;
  };
  return { make, made };
}

describe('fitParallel with workers of a browser', () => {
  it.for(['cpu', 'wasm'])(
    'trains together and alone on %s, the same again in step',
    async (backend, { skip }) => {
      const { make } = webWorkers(skip, backend);
      const train = async (mode: 'wasap' | 'wassp') => {
        const model = network();
        const options = { worker: make, epochs: 6, batchSize: 8, mode, validationData: [xs, ys] as const };
        const { history, validation } = await fitParallel(model, xs, ys, options);
        expect(validation!.loss).toBeLessThan(0.5 * history.loss![0]!);
        return Promise.all(model.weights.map(async (weight) => [...(await weight.read().data())]));
      };
      await train('wasap');
      expect(await train('wassp')).toEqual(await train('wassp'));
    },
  );

  it('says when a worker is gone', async ({ skip }) => {
    const { make, made } = webWorkers(skip);
    const onEpoch = () => made[1]!.terminate();
    const options = { worker: make, epochs: 1000, batchSize: 8, onEpoch };
    await expect(fitParallel(network(), xs, ys, options)).rejects.toThrow('worker 1 of 2 ended, after');
  });
});
