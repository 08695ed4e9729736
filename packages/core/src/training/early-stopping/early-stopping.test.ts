import '@tensorflow/tfjs-backend-cpu';
import { memory, ones, type Tensor, tensor2d, train, type Variable } from '@tensorflow/tfjs-core';
import { CustomCallback, layers, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { applyConstraints } from '../constraints/apply-constraints.ts';
import { type EarlyStoppingOptions, earlyStopping } from './early-stopping.ts';

/**
 * One weight that is 0, 0.3, 0.6, … after successive epochs: the loss (w − 1)² of epoch 3, at w = 0.9, is the best, and
 * later ones grow again.
 */
async function walk(options: EarlyStoppingOptions, epochs = 10, step = 0.3) {
  const model = sequential({
    layers: [layers.dense({ units: 1, inputShape: [1], useBias: false, kernelInitializer: 'zeros' })],
  });
  model.compile({ optimizer: train.sgd(0), loss: 'meanSquaredError', metrics: ['mae'] });
  const weight = model.weights[0]!.read() as Variable;
  const seen: number[] = [];
  const move = new CustomCallback({
    onEpochBegin: (epoch) => {
      const value = tensor2d([[epoch * step]]);
      weight.assign(value);
      value.dispose();
    },
    onEpochEnd: async () => void seen.push((await weight.data())[0]!),
  });
  const stopping = earlyStopping(options);
  const [xs, ys] = [ones([1, 1]), ones([1, 1])];
  await model.fit(xs, ys, {
    epochs,
    verbose: 0,
    validationData: [xs, ys],
    callbacks: [move, stopping],
  });
  return { stopping, seen, final: (await weight.data())[0]! };
}

describe('earlyStopping', () => {
  it('closed form: stops after `patience` epochs without improvement and restores the best weights', async () => {
    const { stopping, seen, final } = await walk({ patience: 2 });
    expect(seen.length).toBe(6); // epochs 0 … 5; the best was epoch 3
    expect(stopping.bestEpoch).toBe(3);
    expect(stopping.best).toBeCloseTo(0.01, 6);
    expect(final).toBe(seen[3]);
  });

  it('closed form: leaves the last weights where restoreBest is false', async () => {
    const { seen, final } = await walk({ patience: 2, restoreBest: false });
    expect(final).toBe(seen.at(-1));
  });

  it('restores the best weights also where training ends by itself', async () => {
    const { seen, final } = await walk({ patience: 9 }, 5);
    expect(seen.length).toBe(5);
    expect(final).toBe(seen[3]);
  });

  it('counts only changes larger than minDelta', async () => {
    // Losses 1, 0.49, 0.16, 0.01: the last improves by 0.15 only.
    const { stopping } = await walk({ minDelta: 0.2, patience: 1 });
    expect(stopping.bestEpoch).toBe(2);
  });

  it('looks for the largest value in mode max', async () => {
    const { stopping, final } = await walk({ mode: 'max', patience: 3 });
    expect(stopping.bestEpoch).toBe(0);
    expect(final).toBe(0);
  });

  it('edges: a loss that is never a number restores nothing', async () => {
    const { stopping, seen, final } = await walk({ patience: 2 }, 10, Number.NaN);
    expect(stopping.best).toBe(null);
    expect([seen.length, final]).toEqual([2, Number.NaN]);
  });

  it('restores bit for bit, also with a constraint', async () => {
    const model = sequential({
      layers: [layers.dense({ units: 3, inputShape: [2], kernelConstraint: 'unitNorm' })],
    });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const byEpoch: Float32Array[] = [];
    const spy = new CustomCallback({
      onEpochEnd: async () => void byEpoch.push((await model.getWeights()[0]!.data()) as Float32Array),
    });
    const stopping = earlyStopping({ monitor: 'loss', mode: 'max', patience: 2 });
    const callbacks = [applyConstraints(), spy, stopping];
    await model.fit(ones([4, 2]), ones([4, 3]), { epochs: 5, verbose: 0, callbacks });
    expect(await model.getWeights()[0]!.data()).toEqual(byEpoch[stopping.bestEpoch!]);
  });

  it('memory: keeps the tensor count constant', async () => {
    const model = sequential({ layers: [layers.dense({ units: 3, inputShape: [2] })] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const [xs, ys]: Tensor[] = [ones([4, 2]), ones([4, 3])];
    const before = memory().numTensors;
    const callbacks = [earlyStopping({ monitor: 'loss' })];
    await model.fit(xs!, ys!, { epochs: 5, verbose: 0, callbacks });
    expect(memory().numTensors).toBe(before);
  });

  it('errors: on bad options, and before training on a quantity that is not measured', async () => {
    expect(() => earlyStopping({ patience: 0 })).toThrow(
      'earlyStopping: patience must be an integer ≥ 1, got 0.',
    );
    expect(() => earlyStopping({ minDelta: -1 })).toThrow('minDelta must be a number ≥ 0');
    expect(() => earlyStopping({ mode: 'auto' as never })).toThrow("mode must be 'min' or 'max'");
    await expect(walk({ monitor: 'val_acc' })).rejects.toThrow(
      "monitor must be one of the measured quantities 'loss', 'mae', 'val_loss', 'val_mae', got 'val_acc'.",
    );
  });
});
