import { expectNoTensorLeak } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { applyMasks } from './apply-masks.ts';
import { gradualPruning } from './gradual-pruning.ts';
import { magnitudeMasks } from './magnitude-masks.ts';
import { MaskSet } from './mask-set.ts';
import { maskedOptimizer } from './masked-optimizer.ts';
import { prunableWeights } from './prunable-weights.ts';
import { polynomialSparsity } from './sparsity-schedule.ts';

const xs = tf.randomNormal([16, 6], 0, 1, 'float32', 1);
const ys = tf.tidy(() => tf.oneHot(tf.argMax(tf.slice(xs, [0, 0], [16, 3]), 1), 3));

function network(): tfl.Sequential {
  const layer = (units: number, seed: number, more: object) => {
    const kernelInitializer = tfl.initializers.heNormal({ seed });
    return tfl.layers.dense({ units, kernelInitializer, kernelRegularizer: 'l1l2', ...more });
  };
  const layers = [
    layer(9, 1, { activation: 'relu', inputShape: [6], name: 'hidden' }),
    layer(3, 2, { activation: 'softmax', name: 'out' }),
  ];
  return tfl.sequential({ layers });
}

const compile = (model: tfl.LayersModel, optimizer: tf.Optimizer) =>
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });

/** The largest magnitude of what is pruned. */
async function largestPruned(model: tfl.LayersModel, masks: MaskSet): Promise<number> {
  const weights = prunableWeights(model);
  const pruned = masks.names.map(async (name) => {
    const [w, m] = [await weights[name]!.data(), await masks.tensor(name).data()];
    return Math.max(...w.map((value, i) => (m[i] === 0 ? Math.abs(value) : 0)));
  });
  return Math.max(...(await Promise.all(pruned)));
}

const OPTIMIZERS: [string, () => tf.Optimizer][] = [
  ['sgd', () => tf.train.sgd(0.1)],
  ['momentum', () => tf.train.momentum(0.1, 0.9, true)],
  ['adam', () => tf.train.adam(0.01)],
  ['adamax', () => tf.train.adamax(0.01)],
  ['rmsprop', () => tf.train.rmsprop(0.01, 0.9, 0.9)],
  ['adagrad', () => tf.train.adagrad(0.1)],
  ['adadelta', () => tf.train.adadelta(1)],
];

describe('maskedOptimizer', () => {
  it.each(OPTIMIZERS)(
    'keeps pruned weights at exactly 0 under %s with L2, and trains the others',
    async (_, make) => {
      const model = network();
      const masks = await magnitudeMasks(prunableWeights(model), { fraction: 0.6 });
      compile(model, maskedOptimizer(make(), model, masks));
      const first = (await model.trainOnBatch(xs, ys)) as number;
      for (let step = 0; step < 20; step++) await model.trainOnBatch(xs, ys);
      expect(await largestPruned(model, masks)).toBe(0);
      expect(await model.trainOnBatch(xs, ys)).toBeLessThan(first);
      expect((await MaskSet.from(prunableWeights(model))).overlap(masks)).toBe(1);
    },
  );

  it.each(OPTIMIZERS)('takes over from %s that has moments already', async (_, make) => {
    const model = network();
    const optimizer = make();
    compile(model, optimizer);
    for (let step = 0; step < 3; step++) await model.trainOnBatch(xs, ys);
    const masks = await magnitudeMasks(prunableWeights(model), { fraction: 0.6 });
    compile(model, maskedOptimizer(optimizer, model, masks));
    for (let step = 0; step < 5; step++) await model.trainOnBatch(xs, ys);
    expect(await largestPruned(model, masks)).toBe(0);
  });

  it('memory: leaves nothing behind', async () => {
    const model = network();
    const masks = await magnitudeMasks(prunableWeights(model), { fraction: 0.6 });
    const before = tf.memory().numTensors;
    compile(model, maskedOptimizer(tf.train.adam(0.01), model, masks));
    await expectNoTensorLeak(() => model.trainOnBatch(xs, ys));
    model.optimizer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('applyMasks', () => {
  it('zeros the moments of a compiled model', async () => {
    const model = network();
    compile(model, tf.train.momentum(0.1, 0.9));
    await model.trainOnBatch(xs, ys);
    const masks = await magnitudeMasks(prunableWeights(model), { fraction: 0.6 });
    applyMasks(model, masks);
    const [, moment] = await model.optimizer.getWeights();
    const [values, mask] = [await moment!.tensor.data(), await masks.tensor('hidden/kernel').data()];
    expect(values.every((value, i) => mask[i] === 1 || value === 0)).toBe(true);
    expect(values.some((value) => value !== 0)).toBe(true);
  });
});

describe('gradualPruning', () => {
  const schedule = polynomialSparsity({ finalSparsity: 0.8, endStep: 8, frequency: 2 });
  const fit = async (model: tfl.LayersModel, epochs: number, initialEpoch = 0) => {
    const pruning = gradualPruning({ schedule, exclude: ['out'] });
    const plain = { epochs, initialEpoch, batchSize: 8, shuffle: false, verbose: 0 } as const;
    const { history } = await model.fit(xs, ys, { ...plain, callbacks: [pruning] });
    return { pruning, history };
  };

  it('reaches the exact share of the schedule, and never lets a weight return', async () => {
    const model = network();
    const optimizer = tf.train.adam(0.05);
    compile(model, optimizer);
    const { pruning, history } = await fit(model, 6);
    const expected = [2, 4, 6, 8, 8, 8].map((t) => 1 - Math.floor((1 - schedule.at(t)) * 54 + 0.5) / 54);
    expect(history.sparsity).toBeAllClose(expected);
    expect(pruning.masks!.names).toEqual(['hidden/kernel']);
    expect(await largestPruned(model, pruning.masks!)).toBe(0);
    expect(model.optimizer).toBe(optimizer);
  });

  it('goes on where it was: the same masks by steps and zeros', async () => {
    const model = network();
    compile(model, tf.train.momentum(0.05, 0.9));
    const first = (await fit(model, 2)).pruning.masks!;
    const second = (await fit(model, 4, 2)).pruning.masks!;
    const whole = network();
    compile(whole, tf.train.momentum(0.05, 0.9));
    const once = (await fit(whole, 4)).pruning.masks!;
    expect(second.intersect(first).kept).toBe(second.kept);
    expect(second.overlap(once)).toBe(1);
  });

  it('memory: leaves nothing behind, also of an optimiser that the model made', async () => {
    const before = tf.memory().numTensors;
    const model = network();
    model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
    await fit(model, 3);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('seeds', () => {
  it('make equal masks on every backend', async () => {
    const masks = await magnitudeMasks(prunableWeights(network()), { density: 0.25 });
    expect(JSON.stringify(masks)).toBe(EXPECTED);
  });
});

// Written down once: it must never change, or saved experiments could not be repeated.
const EXPECTED =
  '[{"name":"hidden/kernel","shape":[6,9],"bits":"AjjIDAgJOw=="},{"name":"out/kernel","shape":[9,3],"bits":"ggAQAA=="}]';
