import { cloneThroughSave, loadCheckpoint, saveCheckpoint } from '@arborize/core';
import { memoryStorage } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it, vi } from 'vitest';
import { SparseDense } from '../layer/sparse-dense.ts';
import { registerSparse } from '../register-sparse.ts';
import { loadWith, savedModel } from '../testing/saved-model.ts';
import { toSparse } from '../to-sparse/to-sparse.ts';
import { ConnectivityConv2D } from './connectivity-conv-2d.ts';
import { ConnectivityDense } from './connectivity-dense.ts';
import { learnedMasks } from './connectivity-layers.ts';
import { type ConnectivityLearningOptions, connectivityLearning } from './connectivity-learning.ts';
import type { ConnectivityLayer } from './connectivity-mask.ts';
import { foldConnectivity } from './fold-connectivity.ts';
import { learnConnectivity } from './learn-connectivity.ts';

registerSparse();

const xs = tf.randomNormal([24, 12], 0, 1, 'float32', 1);
const ys = tf.tidy(() => tf.oneHot(tf.argMax(tf.slice(xs, [0, 0], [24, 3]), 1), 3));
const close = { absolute: 1e-5, relative: 1e-4 };
const seeded = (seed: number) => ({
  kernelInitializer: tfl.initializers.heNormal({ seed }),
  biasInitializer: tfl.initializers.randomNormal({ seed }),
});

function network(
  optimizer: tf.Optimizer = tf.train.momentum(0.05, 0.9),
  maskInit = 0.02,
  more: object = {},
): tfl.Sequential {
  const model = tfl.sequential({
    layers: [
      new ConnectivityDense({
        units: 9,
        activation: 'relu',
        maskInit,
        inputShape: [12],
        ...seeded(1),
        ...more,
      }),
      new ConnectivityDense({ units: 3, activation: 'softmax', maskInit, ...seeded(2), ...more }),
    ],
  });
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  return model;
}

const fit = (model: tfl.LayersModel, options: ConnectivityLearningOptions = {}, epochs = 4) =>
  model.fit(xs, ys, {
    epochs,
    batchSize: 8,
    shuffle: false,
    verbose: 0,
    callbacks: [connectivityLearning(options)],
  });
const first = (model: tfl.LayersModel) => model.layers[0] as unknown as ConnectivityLayer;
const predict = (model: tfl.LayersModel, x: tf.Tensor = xs) => (model.predict(x) as tf.Tensor).data();
const maskOf = (model: tfl.LayersModel) => first(model).connectivityMask.read().data();

describe('connectivityLearning: against a dense network', () => {
  it('is the dense network while all connections are open', async () => {
    const model = network(undefined, 100);
    const plain = await foldConnectivity(model);
    plain.compile({ optimizer: tf.train.momentum(0.05, 0.9), loss: 'categoricalCrossentropy' });
    await fit(model, { lambda: 0 });
    await plain.fit(xs, ys, { epochs: 4, batchSize: 8, shuffle: false, verbose: 0 });
    expect(await predict(model)).toBeAllClose(await predict(plain), close);
  });

  it('is a convolution while all are open, and one of 1×1 learns as a dense layer does', async () => {
    const dense = network();
    const conv = tfl.sequential({
      layers: [
        new ConnectivityConv2D({
          filters: 9,
          kernelSize: 1,
          activation: 'relu',
          maskInit: 0.02,
          inputShape: [1, 1, 12],
          ...seeded(1),
        }),
        tfl.layers.flatten(),
        new ConnectivityDense({ units: 3, activation: 'softmax', maskInit: 0.02, ...seeded(2) }),
      ],
    });
    const [kernel, bias] = dense.layers[0]!.getWeights();
    tf.tidy(() => {
      (first(conv).kernel.read() as tf.Variable).assign(tf.reshape(kernel!, [1, 1, 12, 9]));
      (conv.layers[0]!.weights[1]!.read() as tf.Variable).assign(bias!);
      conv.layers[2]!.setWeights(dense.layers[1]!.getWeights());
    });
    conv.compile({ optimizer: tf.train.momentum(0.05, 0.9), loss: 'categoricalCrossentropy' });
    const images = tf.reshape(xs, [24, 1, 1, 12]);
    expect(await predict(conv, images)).toBeAllClose(await predict(dense), close);
    await fit(dense, {}, 2);
    await conv.fit(images, ys, {
      epochs: 2,
      batchSize: 8,
      shuffle: false,
      verbose: 0,
      callbacks: [connectivityLearning()],
    });
    expect(await maskOf(conv)).toBeAllClose(await maskOf(dense), { absolute: 1e-4, relative: 1e-3 });
  });
});

describe('connectivityLearning: the masks', () => {
  it('close connections, more under more pressure, and say so', async () => {
    const densities = await Promise.all(
      [0.02, 0.5].map(async (lambda) => {
        const { history } = await fit(network(), { lambda });
        return history.density!.at(-1) as number;
      }),
    );
    expect(densities[1]).toBeLessThan(densities[0]!);
    expect(densities[0]).toBeLessThan(1);
  });

  it('move by the rule of maskUpdate, after the first step too', async () => {
    const model = network(undefined, 0.1);
    const inputs = tf.slice(xs, 0, 8);
    const before = (await maskOf(model)).slice();
    await model.fit(inputs, tf.slice(ys, 0, 8), {
      epochs: 1,
      batchSize: 8,
      verbose: 0,
      callbacks: [connectivityLearning({ lambda: 0 })],
    });
    const change = (await maskOf(model)).map((value, i) => value - before[i]!);
    // Every unit that learned moved by a root mean square of the rate.
    for (let j = 0; j < 9; j++) {
      const own = [...change].filter((_, i) => i % 9 === j);
      const size = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0) / 12);
      expect(size < 1e-6 || Math.abs(size - 0.01) < 1e-4).toBe(true);
    }
  });

  it.each([
    ['sgd', () => tf.train.sgd(0.1)],
    ['momentum', () => tf.train.momentum(0.05, 0.9)],
    ['adam', () => tf.train.adam(0.05)],
    ['rmsprop', () => tf.train.rmsprop(0.01, 0.9, 0.9)],
    ['adagrad', () => tf.train.adagrad(0.1)],
    ['adadelta', () => tf.train.adadelta(1)],
    ['adamax', () => tf.train.adamax(0.01)],
  ])('leave closed weights as they are under %s with weight decay', async (_, make) => {
    const kernelRegularizer = tfl.regularizers.l2({ l2: 0.01 });
    const model = network(make(), 0.02, { kernelRegularizer });
    await fit(model, { freezeAt: 1 }, 3);
    const mask = (await maskOf(model)).slice();
    const weights = (await first(model).kernel.read().data()).slice();
    const { kernel, connectivityMask } = first(model);
    await fit(model, { freezeAt: 1, maskLearningRate: 1e-9 }, 1);
    const after = await kernel.read().data();
    const same = await connectivityMask.read().data();
    let closed = 0;
    for (const [i, value] of mask.entries()) {
      if (value > 0 || same[i]! > 0) continue;
      closed++;
      expect(after[i]).toBe(weights[i]);
    }
    expect(closed).toBeGreaterThan(0);
    expect([...after].some((value, i) => value !== weights[i])).toBe(true);
  });

  it('stay as they are once frozen, while the weights learn on', async () => {
    const model = network();
    await fit(model, { freezeAt: 0.5 }, 4);
    expect(first(model).frozen).toBe(true);
    const mask = (await maskOf(model)).slice();
    const weights = (await first(model).kernel.read().data()).slice();
    await fit(model, {}, 2);
    expect(await maskOf(model)).toEqual(mask);
    expect(await first(model).kernel.read().data()).not.toEqual(weights);
  });

  it('may all close, which is warned about once, and keepAtLeast prevents', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const model = network();
    const { history } = await fit(model, { lambda: 1000 }, 3);
    expect(history.density).toEqual([0, 0, 0]);
    const told = warn.mock.calls.filter(([text]) => String(text).startsWith('connectivityLearning'));
    warn.mockRestore();
    expect(told.map(([text]) => text)).toEqual(
      model.layers.map(({ name }) => expect.stringContaining(`all connections of ${name} are closed`)),
    );
    const kept = await fit(network(), { lambda: 1000, keepAtLeast: 2 }, 2);
    expect(kept.history.density!.at(-1)).toBeCloseTo((2 * 12) / (9 * 12 + 3 * 9), 6);
  });

  it('are steered towards a density', async () => {
    const { history } = await fit(
      network(undefined, 0.1),
      { targetDensity: 0.4, steerEvery: 2, lambda: 0.05 },
      25,
    );
    expect(history.density!.at(-1)).toBeLessThanOrEqual(0.5);
    expect(history.density!.at(-1)).toBeGreaterThanOrEqual(0.25);
    expect(history.lambda!.at(-1)).not.toBe(0.05);
  });

  it.each([
    ['steered', { targetDensity: 0.4, steerEvery: 2, lambda: 0.05 }],
    ['final as soon as the goal is reached', { targetDensity: 0.9, steerEvery: 1, lambda: 0.5 }],
    ['final', { freezeAt: 0.5, lambda: 0.1 }],
  ])('go on from a checkpoint as if they had not been interrupted: %s', async (_, options) => {
    const train = (model: tfl.LayersModel, initialEpoch: number, epochs: number) =>
      model.fit(xs, ys, {
        initialEpoch,
        epochs,
        batchSize: 8,
        shuffle: false,
        verbose: 0,
        callbacks: [
          connectivityLearning(options),
          new tfl.CustomCallback({
            onEpochEnd: async (epoch) => {
              if (epoch === 4) await saveCheckpoint(storage, { model, epoch: 5 });
            },
          }),
        ],
      });
    const storage = memoryStorage();
    const [whole, resumed] = [network(undefined, 0.05), network(undefined, 0.05)];
    const { history } = await train(whole, 0, 8);
    await loadCheckpoint(storage, resumed);
    const rest = await train(resumed, 5, 8);
    expect(rest.history).toEqual(
      Object.fromEntries(Object.entries(history).map(([name, values]) => [name, values.slice(5)])),
    );
    expect(await maskOf(resumed)).toEqual(await maskOf(whole));
    expect(await predict(resumed)).toEqual(await predict(whole));
  });

  it('feel the number of uses with flops', async () => {
    const make = () => {
      const model = tfl.sequential({
        layers: [
          new ConnectivityConv2D({
            filters: 2,
            kernelSize: 2,
            maskInit: 0.02,
            inputShape: [4, 3, 1],
            ...seeded(1),
          }),
          tfl.layers.flatten(),
          new ConnectivityDense({ units: 3, activation: 'softmax', maskInit: 0.02, ...seeded(2) }),
        ],
      });
      model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
      return model;
    };
    const images = tf.reshape(xs, [24, 4, 3, 1]);
    const meanMask = async (regularizer: 'connections' | 'flops') => {
      const model = make();
      await model.fit(images, ys, {
        epochs: 1,
        batchSize: 24,
        verbose: 0,
        callbacks: [connectivityLearning({ regularizer })],
      });
      return Promise.all(
        [0, 2].map(async (i) => {
          const mask = await (model.layers[i] as unknown as ConnectivityLayer).connectivityMask
            .read()
            .data<'float32'>();
          return mask.reduce((sum, value) => sum + value, 0) / mask.length;
        }),
      );
    };
    const [plain, weighed] = [await meanMask('connections'), await meanMask('flops')];
    // The convolution uses each weight at 3·2 positions: the mean of 8 weights used 6 times and 36 used once is 84 / 44.
    const push = 0.01 * 0.1;
    expect(plain[0]! - weighed[0]!).toBeCloseTo(push * ((6 * 44) / 84 - 1), 6);
    expect(plain[1]! - weighed[1]!).toBeCloseTo(push * (44 / 84 - 1), 6);
  });
});

describe('ConnectivityDense: hands over', () => {
  it('exact counts, to sparse layers and to stock layers', async () => {
    const model = network();
    await fit(model, { lambda: 0.3 });
    const masks = await learnedMasks(model);
    const sparse = await toSparse(model, { maxDensity: 1 });
    const layers = sparse.layers as SparseDense[];
    expect(layers.every((layer) => layer instanceof SparseDense)).toBe(true);
    expect(layers.map(({ connections }) => connections)).toEqual(masks.report().map(({ kept }) => kept));
    expect(masks.kept).toBeLessThan(masks.size);
    expect(await predict(sparse)).toBeAllClose(await predict(model), { absolute: 1e-6, relative: 1e-4 });
    const plain = await foldConnectivity(model);
    expect(plain.layers.map((layer) => layer.getClassName())).toEqual(['Dense', 'Dense']);
    expect(await predict(plain)).toBeAllClose(await predict(model), close);
  });

  it('serialises: to equal predictions, with its masks', async () => {
    const model = network();
    await fit(model);
    const copy = await cloneThroughSave(model);
    expect(await predict(copy)).toEqual(await predict(model));
    expect(await maskOf(copy)).toEqual(await maskOf(model));
    expect(first(copy).frozen).toBe(true);
  });
});

describe('learnConnectivity', () => {
  it('converts dense layers and convolutions, and predicts the same', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.conv2d({
          filters: 2,
          kernelSize: 2,
          inputShape: [4, 3, 1],
          activation: 'tanh',
          ...seeded(1),
        }),
        tfl.layers.flatten(),
        tfl.layers.dense({ units: 3, activation: 'softmax', name: 'out', ...seeded(2) }),
      ],
    });
    const images = tf.reshape(xs, [24, 4, 3, 1]);
    const all = await learnConnectivity(model);
    expect(all.layers.map((layer) => layer.getClassName())).toEqual([
      'ConnectivityConv2D',
      'Flatten',
      'ConnectivityDense',
    ]);
    expect(await predict(all, images)).toBeAllClose(await predict(model, images), close);
    const some = await learnConnectivity(model, { layers: ['out'], maskInit: 0.5 });
    expect(some.layers[0]!.getClassName()).toBe('Conv2D');
    expect((await learnedMasks(some)).names).toEqual(['out/kernel']);
    expect(await predict(some, images)).toBeAllClose(await predict(model, images), close);
  });
});

describe('ConnectivityDense: errors', () => {
  it('refuses a file that is cut off', async () => {
    const artifacts = await savedModel(network());
    const weightData = artifacts.weightData as ArrayBuffer;
    for (const length of [0, 100, weightData.byteLength - 1]) {
      await expect(loadWith(artifacts, weightData.slice(0, length))).rejects.toThrow(
        /the tensor should have|byte length of/,
      );
    }
  });
});

describe('connectivityLearning: memory', () => {
  it('leaves nothing behind', async () => {
    const model = network();
    await fit(model, {}, 1);
    const before = tf.memory().numTensors;
    await fit(model, {}, 3);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('connectivityLearning: errors', () => {
  it('names what it got and what it wants', async () => {
    expect(() => connectivityLearning({ freezeAt: 0 })).toThrow('options.freezeAt must be in (0, 1], got 0');
    for (const targetDensity of [0, 1, 1.5]) {
      expect(() => connectivityLearning({ targetDensity })).toThrow(
        'options.targetDensity must be in (0, 1)',
      );
    }
    expect(() => connectivityLearning({ lambda: Number.NaN })).toThrow('options.lambda must be a number ≥ 0');
    expect(() => connectivityLearning({ regularizer: 'l1' as never })).toThrow("'connections' or 'flops'");
    expect(() => connectivityLearning({ steerEvery: 0 })).toThrow('options.steerEvery');
    expect(() => new ConnectivityDense({ units: 2, maskInit: 0 })).toThrow(
      'ConnectivityDense: options.maskInit must be a number > 0, got 0.',
    );
    const model = tfl.sequential({
      layers: [tfl.layers.dense({ units: 3, inputShape: [12], name: 'only' })],
    });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await expect(fit(model)).rejects.toThrow('a model with ConnectivityDense or ConnectivityConv2D layers');
    await expect(learnConnectivity(model, { layers: ['other'] })).rejects.toThrow(
      'names of Dense or Conv2D layers of the model: only',
    );
    await expect(foldConnectivity(model)).rejects.toThrow('learnConnectivity makes one of a stock model');
  });
});
