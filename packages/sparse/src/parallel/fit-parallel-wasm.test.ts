import { useBackend } from '@arborize/backends';
import { Random, seededBatches } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, it } from 'vitest';
import { setEvolution } from '../evolution/set-evolution.ts';
import { SparseDense } from '../layer/sparse-dense.ts';
import { fitParallel } from './fit-parallel.ts';
import { buildWorker, nodeWorkers } from './testing/node-workers.ts';

beforeAll(async () => {
  await useBackend('wasm', { threads: 1 });
  await buildWorker('wasm-worker');
});

function network(): tfl.Sequential {
  const model = tfl.sequential({
    layers: [
      new SparseDense({ units: 20, connections: 60, seed: 1, activation: 'relu', inputShape: [6] }),
      new SparseDense({ units: 16, connections: 90, seed: 2, activation: 'relu' }),
      tfl.layers.dense({ units: 3, activation: 'softmax', kernelInitializer: 'zeros' }),
    ],
  });
  model.compile({ optimizer: tf.train.momentum(0.05, 0.9), loss: 'categoricalCrossentropy' });
  return model;
}

// Workers on WASM read and write where tensors lie, and fill the same batch again and again.
it.each(['wassp', 'wasap'] as const)(
  'fitParallel: %s by one worker on WASM is what fitDataset does there, bit for bit',
  async (mode) => {
    const random = new Random(1);
    const xs = tf.tensor2d(
      Float32Array.from({ length: 64 * 6 }, () => random.normal()),
      [64, 6],
    );
    const ys = tf.tidy(() => tf.cast(tf.oneHot(tf.argMax(tf.slice(xs, [0, 0], [64, 3]), 1), 3), 'float32'));
    const bitsOf = (model: tfl.LayersModel) =>
      Promise.all(model.weights.map(async (weight) => [...(await weight.read().data())]));
    const alone = network();
    await alone.fitDataset(seededBatches(xs, ys, { seed: 5, batchSize: 16 }), {
      epochs: 4,
      verbose: 0,
      callbacks: [setEvolution({ zeta: 0.4, seed: 9 })],
    });
    const model = network();
    await fitParallel(model, xs, ys, {
      worker: nodeWorkers(undefined, 'wasm-worker').make,
      workers: 1,
      mode,
      epochs: 4,
      batchSize: 16,
      seed: 5,
      evolution: { zeta: 0.4, seed: 9 },
      phase1: 0.5,
    });
    expect(await bitsOf(model)).toEqual(await bitsOf(alone));
  },
);
