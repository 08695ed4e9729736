import {
  cloneThroughSave,
  counterWord,
  loadCheckpoint,
  piecewiseSchedule,
  saveCheckpoint,
} from '@arborize/core';
import { expectNoTensorLeak, memoryStorage } from '@arborize/core/testing';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { registerSparse } from '../register-sparse.ts';
import { loadWith, savedModel } from '../testing/saved-model.ts';
import { DropConnectDense } from './drop-connect-dense.ts';
import type { DropConnectDenseOptions } from './drop-connect-dense-options.ts';
import { dropConnectGaussian } from './drop-connect-gaussian.ts';
import { dropConnectMatMul } from './drop-connect-mat-mul.ts';
import { dropConnectMoments } from './drop-connect-moments.ts';
import { dropRateSchedule } from './drop-rate-schedule.ts';
import { gaussianActivationMean } from './gaussian-activation.ts';
import { CASE } from './testing.ts';

registerSparse();

const xs = tf.randomNormal([20, 6], 0, 1, 'float32', 1);
const ys = tf.tidy(() => tf.oneHot(tf.argMax(tf.slice(xs, [0, 0], [20, 3]), 1), 3));

function build(options: Partial<DropConnectDenseOptions> = {}): tfl.Sequential {
  return tfl.sequential({
    layers: [
      new DropConnectDense({ units: 9, activation: 'relu', seed: 3, inputShape: [6], ...options }),
      tfl.layers.dense({
        units: 3,
        activation: 'softmax',
        kernelInitializer: tfl.initializers.glorotNormal({ seed: 1 }),
      }),
    ],
  });
}

function compiled(
  options: Partial<DropConnectDenseOptions> = {},
  optimizer: tf.Optimizer = tf.train.sgd(0.1),
) {
  const model = build(options);
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  return model;
}

const layerOf = (model: tfl.LayersModel) => model.layers[0] as DropConnectDense;
const predictions = (model: tfl.LayersModel) => (model.predict(xs) as Tensor).data();
const trained = (layer: DropConnectDense, x: Tensor) => layer.apply(x, { training: true }) as Tensor;

/** The layer with known results. */
function knownLayer(options: Partial<DropConnectDenseOptions> = {}): DropConnectDense {
  const layer = new DropConnectDense({
    units: 2,
    activation: 'relu',
    scaling: 'paper',
    inputShape: [3],
    ...options,
  });
  tfl.sequential({ layers: [layer] });
  layer.setWeights([tf.tensor2d(CASE.kernel), tf.tensor1d(CASE.bias)]);
  return layer;
}

describe('DropConnectDense: closed form', () => {
  const infer = (options: Partial<DropConnectDenseOptions>) =>
    (knownLayer(options).apply(tf.tensor2d(CASE.x)) as Tensor).data();
  const close = { absolute: 3e-6, relative: 1e-5 };

  it('infers the mean activation, that of the mean, or of samples', async () => {
    expect(await infer({})).toBeAllClose([1.027753, 0.016425, 0.031022, 0.618105], close);
    expect(await infer({ inference: 'mean' })).toBeAllClose([1, 0, 0, 0.5]);
    const sampled = await infer({ inference: 'sample', samples: 4000, seed: 1 });
    expect(sampled).toBeAllClose([1.027753, 0.016425, 0.031022, 0.618105], { absolute: 0.05, relative: 0 });
    expect(await infer({ inference: 'sample', samples: 4000, seed: 1 })).toEqual(sampled);
  });

  it('infers without a mask on the bias', async () => {
    const inferred = await infer({ maskBias: false });
    expect(inferred).toBeAllClose([1.073581, 0.007093, 0.036568, 0.543652], close);
  });

  it('infers sigmoid and tanh by closed form, others by quadrature', async () => {
    expect(await infer({ activation: 'sigmoid' })).toBeAllClose(
      [0.713109, 0.391848, 0.341049, 0.61085],
      close,
    );
    const { mean, variance } = dropConnectMoments(CASE.x, CASE.kernel, { bias: CASE.bias, scaling: 'paper' });
    const expected = await gaussianActivationMean(mean, variance, 'elu').data();
    expect(await infer({ activation: 'elu' })).toBeAllClose(expected);
    const softmax = await tf.softmax(mean).data();
    expect(await infer({ activation: 'softmax' })).toBeAllClose(softmax);
  });
});

describe('DropConnectDense: against a dense layer', () => {
  it.each([{ rate: 0 }, { inference: 'mean' }] as const)('is one, bit for bit: %o', async (options) => {
    const layer = layerOf(build(options));
    const plain = tfl.layers.dense({ units: 9, activation: 'relu', inputShape: [6] });
    tfl.sequential({ layers: [plain] });
    plain.setWeights(layer.getWeights());
    const expected = await (plain.apply(xs) as Tensor).data();
    expect(await (layer.apply(xs) as Tensor).data()).toEqual(expected);
    if ('rate' in options) expect(await trained(layer, xs).data()).toEqual(expected);
  });

  it.each([{}, { scaling: 'paper' }, { scaling: 'paper', maskBias: false }, { useBias: false }] as const)(
    'gives one for use elsewhere: %o',
    async (options) => {
      const layer = layerOf(build({ ...options, inference: 'mean' }));
      if (!('useBias' in options)) {
        const [kernel] = layer.getWeights();
        layer.setWeights([kernel!, tf.range(-4, 5)]);
      }
      const model = tfl.sequential({ layers: [layer.toDense()] });
      expect(model.layers[0]!.getClassName()).toBe('Dense');
      expect(await predictions(model)).toBeAllClose(await (layer.apply(xs) as Tensor).data());
    },
  );

  it('takes inputs of more axes, each row an example', async () => {
    const layer = layerOf(build());
    const x = tf.tile(tf.ones([1, 1, 6]), [2, 3, 1]);
    const y = layer.apply(x) as Tensor;
    expect(y.shape).toEqual([2, 3, 9]);
    expect(await y.data()).toBeAllClose(await (layer.apply(tf.ones([6, 6])) as Tensor).data());
    const rows = await tf.reshape(trained(layer, x), [6, 9]).array();
    expect(new Set((rows as number[][]).map(String)).size).toBe(6);
  });
});

describe('DropConnectDense: training', () => {
  it.each([
    {},
    { trainingMode: 'gaussian' },
    { maskScope: 'batch' },
    { scaling: 'paper', rate: 0.2, maskBias: false },
    { useBias: false },
  ] as const)('lowers the loss: %o', async (options) => {
    const model = compiled(options, tf.train.adam(0.05));
    const first = model.evaluate(xs, ys) as tf.Scalar;
    await model.fit(xs, ys, { epochs: 30, verbose: 0, shuffle: false });
    const last = model.evaluate(xs, ys) as tf.Scalar;
    expect((await last.data())[0]).toBeLessThan(0.8 * (await first.data())[0]!);
  });

  it('draws what the ops draw, other noise at every step', async () => {
    for (const trainingMode of ['mask', 'gaussian'] as const) {
      const layer = layerOf(build({ trainingMode }));
      const u = async () => trained(layer, xs).data();
      const [first, second] = [await u(), await u()];
      expect(second).not.toEqual(first);
      expect(layer.noiseStep).toBe(2);
      layer.noiseStep = 0;
      expect(await u()).toEqual(first);
    }
  });

  it('repeats with the seed, and only with it', async () => {
    const losses = await Promise.all(
      [3, 3, 4].map(async (seed) => {
        const { history } = await compiled({ seed }).fit(xs, ys, { epochs: 3, verbose: 0, shuffle: false });
        return history.loss;
      }),
    );
    expect(losses[1]).toEqual(losses[0]);
    expect(losses[2]).not.toEqual(losses[0]);
  });

  it('has the gradients of masks made anew', async () => {
    const layer = layerOf(build());
    const [kernel, bias] = layer.getWeights();
    const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const { grads } = tf.variableGrads(() => tf.sum(trained(layer, xs)), variables);
    layer.noiseStep = 0;
    const y = trained(layer, xs);
    // Where the ReLU is open, the kernel's gradient is that of the product.
    const open = tf.cast(tf.greater(y, 0), 'float32');
    const u = (k: Tensor, b: Tensor) => dropConnectMatMul(xs, k, { seed: counterWord(3, 0, 0), bias: b });
    expect(await tf.relu(u(kernel!, bias!)).data()).toBeAllClose(await y.data());
    const [dk, db] = tf.grads((k, b) => u(k!, b!))([kernel!, bias!], open);
    expect(await grads[variables[0]!.name]!.data()).toBeAllClose(await dk!.data(), {
      absolute: 1e-4,
      relative: 1e-3,
    });
    expect(await grads[variables[1]!.name]!.data()).toBeAllClose(await db!.data(), {
      absolute: 1e-4,
      relative: 1e-3,
    });
  });

  it('inference draws nothing, unless for Monte Carlo', async () => {
    const layer = layerOf(build());
    await (layer.apply(xs) as Tensor).data();
    expect(layer.noiseStep).toBe(0);
    const monteCarlo = layerOf(build({ mcDropConnect: true }));
    const draws = [
      await (monteCarlo.apply(xs) as Tensor).data(),
      await (monteCarlo.apply(xs) as Tensor).data(),
    ];
    expect(draws[1]).not.toEqual(draws[0]);
    expect(monteCarlo.noiseStep).toBe(0);
  });

  it('follows a schedule of the rate', async () => {
    const model = compiled();
    const rates: number[] = [];
    const watch = new tfl.CustomCallback({
      onEpochEnd: async () => {
        rates.push(layerOf(model).rate);
      },
    });
    const schedule = piecewiseSchedule({ boundaries: [1, 2], rates: [0, 0.25, 0.5] });
    await model.fit(xs, ys, { epochs: 4, verbose: 0, callbacks: [dropRateSchedule(schedule), watch] });
    expect(rates).toEqual([0, 0.25, 0.5, 0.5]);
  });

  it('leaves no tensor behind', async () => {
    for (const trainingMode of ['mask', 'gaussian'] as const) {
      const layer = layerOf(build({ trainingMode }));
      await expectNoTensorLeak(() => {
        trained(layer, xs).dispose();
        (layer.apply(xs) as Tensor).dispose();
      });
    }
  });
});

describe('DropConnectDense: Gaussian training', () => {
  it('is the activation of dropConnectGaussian', async () => {
    const layer = layerOf(build({ trainingMode: 'gaussian' }));
    const [kernel, bias] = layer.getWeights();
    const u = dropConnectGaussian(xs, kernel!, { bias: bias!, seed: counterWord(3, 0, 0) });
    expect(await trained(layer, xs).data()).toEqual(await tf.relu(u).data());
  });
});

const OWN_OPTIONS = [
  ...[
    'rate',
    'trainingMode',
    'maskScope',
    'scaling',
    'maskBias',
    'inference',
    'samples',
    'mcDropConnect',
    'seed',
  ],
  ...['units', 'activation', 'useBias'],
];

describe('DropConnectDense: serialises', () => {
  it.each([
    {},
    { trainingMode: 'gaussian', rate: 0.3 },
    { scaling: 'paper', maskBias: false, inference: 'mean' },
    { inference: 'sample', samples: 20, maskScope: 'batch' },
    { activation: 'tanh', useBias: false, kernelRegularizer: 'l1l2' },
  ] as const)('to a model of the same predictions: %o', async (options) => {
    const model = compiled(options);
    await model.trainOnBatch(xs, ys);
    const copy = await cloneThroughSave(model);
    expect(layerOf(copy)).toBeInstanceOf(DropConnectDense);
    const [saved, loaded] = [model, copy].map((each) => layerOf(each).getConfig());
    for (const name of OWN_OPTIONS) expect(loaded![name]).toEqual(saved![name]);
    expect(await predictions(copy)).toEqual(await predictions(model));
    // The seed is saved, how far the noise has come is not.
    layerOf(model).noiseStep = 0;
    expect(await trained(layerOf(copy), xs).data()).toEqual(await trained(layerOf(model), xs).data());
  });

  it('to a checkpoint that goes on with the same noise', async () => {
    const storage = memoryStorage();
    const fit = (model: tfl.LayersModel, epochs: number) =>
      model.fit(xs, ys, { epochs, verbose: 0, shuffle: false, batchSize: 8 });
    const model = compiled();
    await fit(model, 2);
    await saveCheckpoint(storage, { model, epoch: 2 });
    const resumed = compiled();
    await loadCheckpoint(storage, resumed);
    expect(layerOf(resumed).noiseStep).toBe(6);
    await Promise.all([fit(model, 1), fit(resumed, 1)]);
    expect(await predictions(resumed)).toEqual(await predictions(model));
  });

  it('to weights that a dense layer takes', () => {
    const shapes = layerOf(build())
      .getWeights()
      .map(({ shape }) => shape);
    expect(shapes).toEqual([[6, 9], [9]]);
  });
});

describe('DropConnectDense: errors', () => {
  it.each([
    [{ units: 0 }, 'options.units must be a positive integer, got 0.'],
    [{ rate: 1 }, 'options.rate must be a probability in [0, 1), got 1.'],
    [{ trainingMode: 'noise' as 'mask' }, "options.trainingMode must be 'mask' or 'gaussian', got 'noise'."],
    [{ maskScope: 'all' as 'batch' }, "options.maskScope must be 'example' or 'batch', got 'all'."],
    [
      { inference: 'exact' as 'mean' },
      "options.inference must be 'gaussian' or 'mean' or 'sample', got 'exact'.",
    ],
    [{ samples: 0.5 }, 'options.samples must be a positive integer, got 0.5.'],
    [{ seed: 0.5 }, 'options.seed must be an integer or null, got 0.5.'],
    [
      { trainingMode: 'gaussian', maskScope: 'batch' } as const,
      "options.maskScope must be 'example' in Gaussian training",
    ],
  ])('refuses %o', (options, message) => {
    expect(() => new DropConnectDense({ units: 3, ...options })).toThrow(`DropConnectDense: ${message}`);
  });

  it('refuses a file that is cut off, and one with a rate out of range', async () => {
    const artifacts = await savedModel(build());
    const weightData = artifacts.weightData as ArrayBuffer;
    for (const length of [0, 100, weightData.byteLength - 1]) {
      await expect(loadWith(artifacts, weightData.slice(0, length))).rejects.toThrow(
        /the tensor should have|byte length of/,
      );
    }
    const text = JSON.stringify(artifacts.modelTopology).replace('"rate":0.5', '"rate":1.5');
    await expect(loadWith({ ...artifacts, modelTopology: JSON.parse(text) }, weightData)).rejects.toThrow(
      'DropConnectDense: options.rate must be a probability in [0, 1), got 1.5.',
    );
  });

  it('refuses a function for a schedule', () => {
    expect(() => dropRateSchedule((() => 0.5) as never)).toThrow(
      'dropRateSchedule: schedule must be a schedule such as piecewiseSchedule(',
    );
  });

  it('refuses a rate that is set out of range, and a dense layer without weights', () => {
    const layer = new DropConnectDense({ units: 3 });
    expect(() => {
      layer.rate = 1.5;
    }).toThrow('DropConnectDense: rate must be a probability in [0, 1), got 1.5.');
    expect(() => layer.toDense()).toThrow('build the layer first');
  });
});
