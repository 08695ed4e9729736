import { clipGradients } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import {
  initializers,
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { isOwnBackend } from '../webgpu/own-backend.ts';
import { warmUp } from './warm-up.ts';

const kernelInitializer = () => initializers.glorotUniform({ seed: 3 });

function network(): LayersModel {
  const net = sequential({
    layers: [
      layers.dense({ units: 5, inputShape: [4], activation: 'relu', kernelInitializer: kernelInitializer() }),
      layers.batchNormalization(),
      layers.dense({ units: 3, activation: 'softmax', kernelInitializer: kernelInitializer() }),
    ],
  });
  net.compile({
    optimizer: clipGradients(tf.train.adam(0.1), { globalNorm: 1 }),
    loss: 'categoricalCrossentropy',
  });
  return net;
}

const batch = () => [tf.ones([6, 4]), tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32'), 3)] as const;

/** The loss of some steps: it shows the weights and the state of the optimiser. */
async function losses(net: LayersModel): Promise<number[]> {
  const [x, y] = batch();
  const all: number[] = [];
  for (let i = 0; i < 3; i++) all.push((await net.trainOnBatch(x, y)) as number);
  tf.dispose([x, y]);
  return all;
}

function pipelines(): string[] {
  const backend = tf.backend();
  return isOwnBackend(backend) ? Object.keys(backend.pipelineCache) : [];
}

describe('warmUp', () => {
  it('changes nothing, neither before the first step nor between two', async () => {
    const [warmed, untouched] = [network(), network()];
    const { numTensors } = tf.memory();
    await warmUp(warmed, [[6, 4]], { training: true });
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(await losses(warmed)).toEqual(await losses(untouched));
    await warmUp(
      warmed,
      [
        [6, 4],
        [2, 4],
      ],
      { training: true },
    );
    expect(await losses(warmed)).toEqual(await losses(untouched));
  });

  it('compiles everything that a prediction and a step need', async () => {
    const net = sequential({
      layers: [
        layers.conv2d({ filters: 2, kernelSize: 3, activation: 'elu', inputShape: [7, 7, 1] }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.flatten(),
        layers.dense({ units: 3, activation: 'softmax' }),
      ],
    });
    net.compile({ optimizer: 'rmsprop', loss: 'categoricalCrossentropy' });
    await warmUp(net, [[5, 7, 7, 1]], { training: true });
    const compiled = pipelines();
    const x = tf.add(tf.zeros([5, 7, 7, 1]), 1);
    const y = tf.cast(tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1], 'int32'), 3), 'float32');
    const known = new Set([...compiled, ...pipelines()]);
    await net.trainOnBatch(x, y);
    await (net.predict(x, { batchSize: 5 }) as tf.Tensor).data();
    expect(pipelines().filter((key) => !known.has(key))).toEqual([]);
  });

  it('takes several inputs, and targets that are classes', async () => {
    const [a, b] = [input({ shape: [2] }), input({ shape: [3] })];
    const merged = layers.concatenate().apply([a, b]) as SymbolicTensor;
    const net = model({
      inputs: [a, b],
      outputs: layers.dense({ units: 4, activation: 'softmax' }).apply(merged) as SymbolicTensor,
    });
    net.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
    const { numTensors } = tf.memory();
    await warmUp(
      net,
      [
        [
          [5, 2],
          [5, 3],
        ],
      ],
      { training: true },
    );
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});

describe('warmUp: errors', () => {
  let net: LayersModel;
  beforeAll(() => {
    net = sequential({ layers: [layers.dense({ units: 1, inputShape: [4] })] });
  });

  it('name the shape that does not fit', async () => {
    await expect(warmUp(net, [[6, 5]])).rejects.toThrow(
      'warmUp: an entry of shapes must be a batch of [any, 4], got [6, 5].',
    );
    await expect(warmUp(net, [[0, 4]])).rejects.toThrow('got [0, 4]');
  });

  it('say what the model lacks', async () => {
    await expect(warmUp(net, [[6, 4]], { training: true })).rejects.toThrow('model must be compiled');
    await expect(warmUp(sequential(), [[6, 4]])).rejects.toThrow('model must be built');
    const stateful = sequential({
      layers: [layers.simpleRNN({ units: 1, stateful: true, batchInputShape: [2, 3, 1] })],
    });
    await expect(warmUp(stateful, [[2, 3, 1]])).rejects.toThrow('model must be without stateful layers');
  });
});
