import { cloneThroughSave, counterWord } from '@arborize/core';
import { expectNoTensorLeak } from '@arborize/core/testing';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { registerSparse } from '../register-sparse.ts';
import { explicitMask } from './testing.ts';
import { WeightDrop, type WeightDropOptions } from './weight-drop.ts';

registerSparse();

const [STEPS, INPUTS, UNITS] = [4, 3, 5];
const xs = tf.randomNormal([6, STEPS, INPUTS], 0, 1, 'float32', 1);
const ys = tf.tidy(() => tf.sum(tf.slice(xs, [0, 0, 0], [6, STEPS, 1]), 1));
const seeded = (seed: number) => ({
  units: UNITS,
  kernelInitializer: tfl.initializers.glorotNormal({ seed }),
  recurrentInitializer: tfl.initializers.glorotNormal({ seed: seed + 1 }),
});
const KINDS: [string, () => tfl.layers.Layer, number][] = [
  ['simpleRNN', () => tfl.layers.simpleRNN(seeded(1)), 1],
  ['gru', () => tfl.layers.gru(seeded(1)), 3],
  ['lstm', () => tfl.layers.lstm(seeded(1)), 4],
];

function built(layer: tfl.layers.Layer, options: Partial<WeightDropOptions> = {}): WeightDrop {
  const dropped = new WeightDrop({ layer, seed: 7, inputShape: [STEPS, INPUTS], ...options });
  tfl.sequential({ layers: [dropped] });
  return dropped;
}

/** A layer of its own with given weights. */
function plain(make: () => tfl.layers.Layer, weights: Tensor[]): tfl.layers.Layer {
  const layer = make();
  layer.apply(xs);
  layer.setWeights(weights);
  return layer;
}

const train = (layer: tfl.layers.Layer) => layer.apply(xs, { training: true }) as Tensor;
const close = { absolute: 1e-5, relative: 1e-4 };

/** Of a kernel of so many rows and columns, which weights stay at the first step. */
function mask(rows: number, columns: number, keep: number, purpose: number): tf.Tensor2D {
  const bit = explicitMask(1, columns, rows, keep, counterWord(7, 0, purpose));
  return tf.tensor2d(
    Array.from({ length: rows }, (_, n) => Array.from({ length: columns }, (_, m) => bit(0, m, n))),
  );
}

describe('WeightDrop: against reference', () => {
  it.each(KINDS)(
    '%s has the output and gradients of one with the weights that are left',
    async (_, make, gates) => {
      const layer = built(make(), { rate: 0.25, recurrentRate: 0.5 });
      const masks = [mask(INPUTS, gates * UNITS, 0.75, 0), mask(UNITS, gates * UNITS, 0.5, 1)];
      const [kernel, recurrent, bias] = layer.getWeights() as [Tensor, Tensor, Tensor];
      const left = [tf.div(tf.mul(kernel, masks[0]!), 0.75), tf.div(tf.mul(recurrent, masks[1]!), 0.5), bias];
      const reference = plain(make, left);
      const gradientsOf = (of: tfl.layers.Layer) => {
        const variables = of.trainableWeights.map((weight) => weight.read() as tf.Variable);
        const { value, grads } = tf.variableGrads(() => tf.sum(tf.square(train(of))) as tf.Scalar, variables);
        return { value, gradients: variables.map(({ name }) => grads[name]!) };
      };
      const [ours, expected] = [gradientsOf(layer), gradientsOf(reference)];
      expect(await ours.value.data()).toBeAllClose(await expected.value.data(), close);
      const factors = [tf.div(masks[0]!, 0.75), tf.div(masks[1]!, 0.5), tf.onesLike(bias)];
      for (const [i, gradient] of ours.gradients.entries()) {
        const kept = tf.mul(expected.gradients[i]!, factors[i]!);
        expect(await gradient.data()).toBeAllClose(await kept.data(), { absolute: 1e-4, relative: 1e-3 });
      }
    },
  );

  it('is the layer itself in inference, which draws nothing, and without rates', async () => {
    const layer = built(tfl.layers.lstm(seeded(1)), { rate: 0.5 });
    const reference = plain(() => tfl.layers.lstm(seeded(1)), layer.getWeights());
    const expected = await (reference.apply(xs) as Tensor).data();
    expect(await (layer.apply(xs) as Tensor).data()).toEqual(expected);
    expect(layer.noiseStep).toBe(0);
    const still = built(tfl.layers.lstm(seeded(1)), { recurrentRate: 0 });
    expect(await train(still).data()).toEqual(expected);
  });

  it('drops in stacked cells and in both directions', async () => {
    const cells = [1, 3].map((seed) => tfl.layers.lstmCell(seeded(seed)));
    const stacked = built(tfl.layers.rnn({ cell: tfl.layers.stackedRNNCells({ cells }) as never }));
    const both = built(tfl.layers.bidirectional({ layer: tfl.layers.gru(seeded(1)) as never }));
    for (const layer of [stacked, both]) {
      const without = await (layer.apply(xs) as Tensor).data();
      expect(await train(layer).data()).not.toEqual(without);
      expect(await (layer.apply(xs) as Tensor).data()).toEqual(without);
    }
  });
});

describe('WeightDrop: training', () => {
  it('drops other weights at each step, the same for the same seed', async () => {
    const [layer, again] = [0, 1].map(() => built(tfl.layers.gru(seeded(1))));
    const draws = [await train(layer!).data(), await train(layer!).data()];
    expect(draws[1]).not.toEqual(draws[0]);
    expect(await train(again!).data()).toEqual(draws[0]);
    layer!.noiseStep = 0;
    expect(await train(layer!).data()).toEqual(draws[0]);
  });

  it('lowers the loss under fit', async () => {
    const layer = new WeightDrop({ layer: tfl.layers.lstm(seeded(1)), seed: 7, inputShape: [STEPS, INPUTS] });
    const kernelInitializer = tfl.initializers.glorotNormal({ seed: 9 });
    const model = tfl.sequential({ layers: [layer, tfl.layers.dense({ units: 1, kernelInitializer })] });
    model.compile({ optimizer: tf.train.adam(0.05), loss: 'meanSquaredError' });
    const loss = async () => (await (model.evaluate(xs, ys) as tf.Scalar).data())[0]!;
    const first = await loss();
    await model.fit(xs, ys, { epochs: 25, verbose: 0, shuffle: false });
    expect(await loss()).toBeLessThan(0.7 * first);
    expect(layer.noiseStep).toBe(25);
  });

  it('memory: leaves no tensor behind', async () => {
    const layer = built(tfl.layers.gru(seeded(1)), { rate: 0.3 });
    await expectNoTensorLeak(() => train(layer).dispose());
  });
});

describe('WeightDrop: serialises', () => {
  it('with the layer that it wraps, to the same predictions and masks', async () => {
    const layer = new WeightDrop({
      layer: tfl.layers.lstm(seeded(1)),
      rate: 0.25,
      seed: 7,
      inputShape: [STEPS, INPUTS],
    });
    const model = tfl.sequential({ layers: [layer] });
    const copy = await cloneThroughSave(model);
    expect(copy.layers[0]).toBeInstanceOf(WeightDrop);
    const [expected, loaded] = [model, copy].map((each) => each.predict(xs) as Tensor);
    expect(await loaded!.data()).toEqual(await expected!.data());
    expect(await train(copy.layers[0]!).data()).toEqual(await train(layer).data());
  });
});

describe('WeightDrop: errors', () => {
  const layer = tfl.layers.lstm({ units: 2 });
  it.each([
    [{ rate: 1 }, 'options.rate must be a probability in [0, 1), got 1.'],
    [{ recurrentRate: -0.1 }, 'options.recurrentRate must be a probability in [0, 1), got -0.1.'],
    [{ seed: 0.5 }, 'options.seed must be an integer or null, got 0.5.'],
    [
      { layer: tfl.layers.dense({ units: 2 }) },
      'options.layer must be an LSTM, GRU or simple recurrent layer',
    ],
    [{ layer: undefined as never }, 'options.layer must be'],
  ])('refuses %o', (options, message) => {
    expect(() => new WeightDrop({ layer, ...options })).toThrow(`WeightDrop: ${message}`);
  });
});
