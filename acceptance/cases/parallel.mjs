import { Worker } from 'node:worker_threads';
import { AllReLU } from '@arborize/activations';
import { seededBatches } from '@arborize/core';
import { take, toTensors } from '@arborize/datasets';
import { trulySparse } from '@arborize/lab';
import { fitParallel, SparseDense, setEvolution } from '@arborize/sparse';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { mean } from '../judge.mjs';

function network(seed) {
  const model = sequential();
  for (const i of [1, 2, 3]) {
    const first = i === 1 && { inputShape: [784] };
    const own = { seed: 10 * seed + i, kernelInitializer: 'heUniform', ...first };
    model.add(new SparseDense({ units: 1000, epsilon: 20, ...own }));
    model.add(new AllReLU({ hiddenLayer: i }));
  }
  model.add(layers.dense({ units: 10, activation: 'softmax', kernelInitializer: 'zeros' }));
  model.compile({
    optimizer: tf.train.momentum(0.05, 0.9),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
  });
  return model;
}

/** Trains on two workers, or without any where no mode is named. */
const trained =
  (mode) =>
  async ({ data, protocol, seed }) => {
    const [{ batchSize }, [{ epochs }]] = [protocol, protocol.phases];
    const [train, test] = [data.train, data.test].map((samples) => toTensors(samples, { flatten: true }));
    const model = network(seed);
    const evolution = { zeta: 0.3, seed };
    if (mode) {
      const worker = () => new Worker(new URL('../parallel-worker.mjs', import.meta.url));
      const options = { worker, workers: 2, mode, epochs, batchSize, seed, evolution, warmUpEpochs: 2 };
      await fitParallel(model, train.xs, train.ys, options);
    } else {
      const batches = seededBatches(train.xs, train.ys, { seed, batchSize });
      await model.fitDataset(batches, { epochs, verbose: 0, callbacks: [setEvolution(evolution)] });
    }
    const losses = model.evaluate(test.xs, test.ys, { batchSize: 500 });
    const [testLoss, accuracy] = await Promise.all(losses.map(async (loss) => (await loss.data())[0]));
    const parameters = model.trainableWeights.reduce((sum, weight) => sum + weight.read().size, 0);
    tf.dispose([losses, ...[train, test].flatMap(({ xs, ys }) => [xs, ys])]);
    model.optimizer.dispose();
    model.dispose();
    return { metrics: { accuracy, testLoss }, parameters, curve: [] };
  };

// The default warm-up, 5 epochs, is for the hundreds of the paper: here it cost `wassp` 0.3 points.
const gain = (scores, variant) => 100 * (mean(scores(variant)) - mean(scores('alone')));

export default [
  {
    name: 'sparse-parallel',
    what: 'test accuracy on MNIST of three sparse layers of 1000 units after 10 000 images and 10 epochs, on two workers and without',
    experiment: {
      ...trulySparse,
      name: 'sparse-parallel',
      baseline: 'alone',
      variants: { alone: trained(null), wasap: trained('wasap'), wassp: trained('wassp') },
      load: async (directory) => {
        const { train, ...rest } = await trulySparse.load(directory);
        return { ...rest, train: take(train, 10_000) };
      },
    },
    data: 'mnist',
    run: { seeds: 3, scale: 'paper' },
    require: [
      { what: 'WASAP over one process, points', measured: (scores) => gain(scores, 'wasap'), atLeast: -1 },
      { what: 'WASSP over one process, points', measured: (scores) => gain(scores, 'wassp'), atLeast: -1 },
    ],
  },
];
