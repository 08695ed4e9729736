// How much faster two workers train than one: whole trainings, so not a case of `npm run bench`.
//   npm run build && node bench/fit-parallel.mjs ../shared/data/mnist [epochs] [rounds]
// Give it the machine alone. The same file is the worker.
import { isMainThread, Worker } from 'node:worker_threads';
import { AllReLU, registerActivations } from '@arborize/activations';
import { useBackend } from '@arborize/backends';
import { seededBatches } from '@arborize/core';
import { loadMnist, toTensors } from '@arborize/datasets';
import { fitParallel, parallelWorker, SparseDense, setEvolution } from '@arborize/sparse';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';

const BATCH = 128;
const EPSILON = 20;
const RATE = 0.05;
const PHASE1 = 0.8;

await useBackend('wasm', { threads: 1 });
registerActivations();
if (isMainThread) await compare();
else await parallelWorker();

function network() {
  const model = sequential();
  for (const i of [1, 2, 3]) {
    const inputShape = i === 1 ? { inputShape: [784] } : {};
    model.add(
      new SparseDense({
        units: 1000,
        epsilon: EPSILON,
        kernelInitializer: 'heUniform',
        seed: i,
        ...inputShape,
      }),
    );
    model.add(new AllReLU({ hiddenLayer: i }));
  }
  model.add(layers.dense({ units: 10, activation: 'softmax', kernelInitializer: 'zeros' }));
  model.compile({
    optimizer: tf.train.momentum(RATE, 0.9),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
  });
  return model;
}

/** Images of mean 0 and variance 1 in the training set. */
function standardized({ train, test }) {
  const mean = train.xs.reduce((sum, x) => sum + x, 0) / train.xs.length;
  const scale = Math.sqrt(train.xs.reduce((sum, x) => sum + x * x, 0) / train.xs.length - mean ** 2);
  return [train, test].map((samples) =>
    toTensors({ ...samples, xs: samples.xs.map((x) => (x - mean) / scale) }, { flatten: true }),
  );
}

async function compare() {
  const [directory = '../shared/data/mnist', epochs = 5, rounds = 2] = process.argv.slice(2);
  const [train, test] = standardized(await loadMnist(directory));
  const ways = [
    ['fitDataset', null],
    ...['wasap', 'wassp'].flatMap((mode) =>
      [1, 2].map((workers) => [`${mode}, ${workers}`, { mode, workers }]),
    ),
  ];
  const results = new Map(ways.map(([name]) => [name, []]));
  for (let round = 0; round < Number(rounds); round++) {
    for (const [name, options] of ways) {
      const result = await time(train, test, Number(epochs), options);
      results.get(name).push(result);
      console.log(name, JSON.stringify(result));
    }
  }
  const best = (name) => Math.min(...results.get(name).map(({ seconds }) => seconds));
  for (const mode of ['wasap', 'wassp']) {
    console.log(
      `${mode}: two workers are ${(best(`${mode}, 1`) / best(`${mode}, 2`)).toFixed(2)} times as fast as one`,
    );
  }
}

/** Seconds from call to finished model, of them until a worker was there, cores in use, and test accuracy. */
async function time({ xs, ys }, test, epochs, options) {
  const model = network();
  let ready = 0;
  const begin = performance.now();
  const used = process.cpuUsage();
  if (!options) {
    const callbacks = [setEvolution({ seed: 1 })];
    await model.fitDataset(seededBatches(xs, ys, { seed: 1, batchSize: BATCH }), {
      epochs,
      verbose: 0,
      callbacks,
    });
  } else {
    const worker = () => {
      const made = new Worker(new URL(import.meta.url));
      made.once('message', () => {
        ready = performance.now() - begin;
      });
      return made;
    };
    const settings = {
      worker,
      epochs,
      batchSize: BATCH,
      phase1: PHASE1,
      seed: 1,
      evolution: { seed: 1 },
      warmUpEpochs: 2,
    };
    await fitParallel(model, xs, ys, { ...settings, ...options });
  }
  const seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(used);
  const [, accuracy] = model.evaluate(test.xs, test.ys, { batchSize: 500 });
  const round = (x) => Number(x.toFixed(2));
  const result = {
    seconds: round(seconds),
    start: round(ready / 1000),
    // As many as there are workers, or the machine was not idle.
    cores: round((user + system) / 1e6 / seconds),
    accuracy: (await accuracy.data())[0],
  };
  model.optimizer.dispose();
  model.dispose();
  return result;
}
