import '@tensorflow/tfjs-backend-cpu';
import { memory, type Optimizer, ones, train } from '@tensorflow/tfjs-core';
import { CustomCallback, layers, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { learningRateOf } from './learning-rate.ts';
import { learningRateSchedule } from './learning-rate-schedule.ts';
import { exponentialSchedule } from './schedules.ts';

const halving = exponentialSchedule({ initialRate: 1, factor: 0.5 });

const optimizers: Record<string, () => Optimizer> = {
  sgd: () => train.sgd(9),
  momentum: () => train.momentum(9, 0.9),
  rmsprop: () => train.rmsprop(9),
  adam: () => train.adam(9),
  adamax: () => train.adamax(9),
  adagrad: () => train.adagrad(9),
  adadelta: () => train.adadelta(9),
};

function oneWeight(optimizer: Optimizer) {
  const model = sequential({
    layers: [layers.dense({ units: 1, inputShape: [1], useBias: false, kernelInitializer: 'zeros' })],
  });
  model.compile({ optimizer, loss: 'meanSquaredError' });
  return model;
}

/** Runs 3 epochs of 2 steps and returns the rates in force at each step. */
async function ratesOf(optimizer: Optimizer, per: 'epoch' | 'step', initialEpoch = 0) {
  const rates: number[] = [];
  const spy = new CustomCallback({ onBatchEnd: () => void rates.push(learningRateOf(optimizer)!) });
  await oneWeight(optimizer).fit(ones([4, 1]), ones([4, 1]), {
    batchSize: 2,
    initialEpoch,
    epochs: 3,
    verbose: 0,
    callbacks: [learningRateSchedule(halving, { per }), spy],
  });
  return rates;
}

describe('learningRateSchedule', () => {
  it.each(Object.keys(optimizers))('closed form: sets the rate of %s per epoch', async (name) => {
    expect(await ratesOf(optimizers[name]!(), 'epoch')).toEqual([1, 1, 0.5, 0.5, 0.25, 0.25]);
  });

  it('closed form: sets the rate per step', async () => {
    expect(await ratesOf(train.adam(9), 'step')).toEqual([1, 0.5, 0.25, 0.125, 0.0625, 0.03125]);
  });

  it('continues where initialEpoch begins', async () => {
    expect(await ratesOf(train.sgd(9), 'epoch', 2)).toEqual([0.25, 0.25]);
  });

  it('really takes steps of the scheduled size with sgd', async () => {
    const model = oneWeight(train.sgd(9));
    const schedule = learningRateSchedule(exponentialSchedule({ initialRate: 0.25, factor: 1 }));
    await model.fit(ones([1, 1]), ones([1, 1]), { epochs: 1, verbose: 0, callbacks: [schedule] });
    // From 0 towards 1 with gradient −2 and rate 0.25.
    expect((await model.getWeights()[0]!.data())[0]).toBeCloseTo(0.5, 6);
  });

  it('memory: keeps the tensor count constant', async () => {
    const model = oneWeight(train.sgd(9));
    const [xs, ys] = [ones([4, 1]), ones([4, 1])];
    const run = () => model.fit(xs, ys, { verbose: 0, callbacks: [learningRateSchedule(halving)] });
    await run();
    const before = memory().numTensors;
    await run();
    expect(memory().numTensors).toBe(before);
  });

  it('errors: on a bad per, and on an optimiser without a learning rate', async () => {
    expect(() => learningRateSchedule(halving, { per: 'batch' as never })).toThrow(
      "learningRateSchedule: per must be 'epoch' or 'step', got 'batch'.",
    );
    const rateless = train.sgd(1);
    delete (rateless as unknown as { learningRate?: number }).learningRate;
    const fit = oneWeight(rateless).fit(ones([1, 1]), ones([1, 1]), {
      callbacks: [learningRateSchedule(halving)],
    });
    await expect(fit).rejects.toThrow('optimizer must be an optimiser with a learning rate');
  });

  it('errors: when tfjs-layers takes the callback apart', async () => {
    const fit = oneWeight(train.sgd(1)).fit(ones([1, 1]), ones([1, 1]), {
      callbacks: [{ onEpochEnd() {} }, learningRateSchedule(halving)],
    });
    await expect(fit).rejects.toThrow('the first of the callbacks is a plain object');
  });
});
