import { useBackend } from '@arborize/backends';
import { SparseDense } from '@arborize/sparse';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { labels, noise } from '../data.mjs';

export const INPUTS = 784;
export const HIDDEN_LAYERS = 4;
export const EPSILON = 10;
const CLASSES = 10;

/** Hidden layers of equal widths, so many neurons together. */
export function evenly(neurons) {
  return new Array(HIDDEN_LAYERS).fill(neurons / HIDDEN_LAYERS);
}

/** Trains a network with hidden layers of these widths for some steps of momentum on batches of a size, on WASM. */
export async function train(widths, steps, batch) {
  await useBackend('wasm');
  const model = sequential();
  for (const [i, units] of widths.entries()) {
    const first = i === 0 && { inputShape: [INPUTS] };
    model.add(new SparseDense({ units, epsilon: EPSILON, activation: 'relu', seed: i, ...first }));
  }
  model.add(layers.dense({ units: CLASSES, activation: 'softmax', kernelInitializer: 'zeros' }));
  const sparse = model.layers.slice(0, widths.length);
  const connections = sparse.reduce((sum, layer) => sum + layer.connections, 0) + widths.at(-1) * CLASSES;
  model.compile({ optimizer: tf.train.momentum(0.001, 0.9), loss: 'categoricalCrossentropy' });
  const [x, y] = [noise([batch, INPUTS], 1), labels(batch, CLASSES)].map(({ shape, values }) =>
    tf.tensor(values, shape),
  );
  const milliseconds = [];
  const losses = [];
  for (let step = 0; step < steps; step++) {
    const begin = process.cpuUsage();
    losses.push(await model.trainOnBatch(x, y));
    const { user, system } = process.cpuUsage(begin);
    milliseconds.push((user + system) / 1000);
  }
  return {
    neurons: widths.reduce((sum, units) => sum + units, 0),
    connections,
    // Processor time of the fastest step: what else the machine does can only add.
    milliseconds: Math.min(...milliseconds),
    megabytes: process.resourceUsage().maxRSS / 1024,
    heap: tf.backend().wasm.HEAPU8.length / 2 ** 20,
    loss: [losses[0], losses.at(-1)],
  };
}
