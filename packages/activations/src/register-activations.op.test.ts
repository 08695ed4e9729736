import { cloneThroughSave } from '@arborize/core';
import { expectNoTensorLeak } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { ADA } from './ada/ada-layer.ts';
import { AllReLU, numberAllReLU } from './all-relu/all-relu-layer.ts';
import { Nish } from './nish/nish-layer.ts';
import { registerActivations } from './register-activations.ts';

const family: Record<string, () => tfl.layers.Layer> = {
  nish: () => tfl.layers.activation({ activation: 'nish' as 'relu' }),
  nishSinlu: () => tfl.layers.activation({ activation: 'nishSinlu' as 'relu' }),
  ada: () => tfl.layers.activation({ activation: 'ada' as 'relu' }),
  leakyAda: () => tfl.layers.activation({ activation: 'leakyAda' as 'relu' }),
  'Nish layer': () => new Nish({ variant: 'sinlu', a: 0.8, b: 1.2 }),
  'Nish layer, trained': () => new Nish({ constantsTrainable: true }),
  'ADA layer': () => new ADA({ alpha: 0.3, c: 1, leak: 0.02 }),
  'ADA layer, trained': () => new ADA({ alphaTrainable: true, alphaShape: 'perChannel' }),
  'ADA layer, trained and clipped': () => new ADA({ alphaTrainable: true, alphaConstraint: 'clip' }),
  'ADA layer, trained without limit': () => new ADA({ alphaTrainable: true, alphaConstraint: 'none' }),
  'AllReLU layer': () => new AllReLU({ alpha: 0.7, hiddenLayer: 2 }),
};

beforeAll(() => {
  registerActivations();
});

function modelWith(layer: tfl.layers.Layer): tfl.Sequential {
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({
        units: 6,
        inputShape: [3],
        kernelInitializer: tfl.initializers.heNormal({ seed: 1 }),
      }),
      layer,
      tfl.layers.dense({ units: 2, kernelInitializer: tfl.initializers.heNormal({ seed: 2 }) }),
    ],
  });
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
  return model;
}

describe.each(Object.entries(family))('activation family: %s', (_, make) => {
  it('trains without leaving a tensor behind, changing every weight', async () => {
    const model = modelWith(make());
    const [xs, ys] = [tf.ones([8, 3]), tf.ones([8, 2])];
    const before = await Promise.all(model.getWeights().map((weight) => weight.data()));
    await expectNoTensorLeak(() => model.trainOnBatch(xs, ys));
    const after = await Promise.all(model.getWeights().map((weight) => weight.data()));
    for (const [i, weights] of after.entries()) {
      expect(weights.every(Number.isFinite)).toBe(true);
      expect(weights).not.toEqual(before[i]);
    }
    model.dispose();
    tf.dispose([xs, ys]);
  });

  it('gives equal predictions after saving and loading', async () => {
    const model = modelWith(make());
    const xs = tf.tensor2d([
      [-3, 0.5, 2],
      [1, -1, 0],
    ]);
    const copy = await cloneThroughSave(model);
    const [expected, actual] = [model.predict(xs) as tf.Tensor, copy.predict(xs) as tf.Tensor];
    expect(await actual.data()).toEqual(await expected.data());
    expect(copy.layers[1]!.getConfig()).toEqual(model.layers[1]!.getConfig());
    model.dispose();
    copy.dispose();
    tf.dispose([xs, expected, actual]);
  });
});

describe('registerActivations', () => {
  it('can be called again and returns the names', () => {
    expect(registerActivations()).toEqual({
      nish: 'nish',
      nishSinlu: 'nishSinlu',
      ada: 'ada',
      leakyAda: 'leakyAda',
    });
  });
});

describe('ADA: trained α', () => {
  /** Trains towards a target that only a negative α would reach. */
  async function alphaAfterTraining(layer: ADA): Promise<number> {
    layer.build([null, 1]);
    const optimizer = tf.train.sgd(0.2);
    const x = tf.tensor2d([[1]]);
    for (let i = 0; i < 30; i++) {
      optimizer.minimize(() => tf.mean(tf.squaredDifference(layer.apply(x) as tf.Tensor, 3)) as tf.Scalar);
    }
    const alpha = layer.alpha();
    const [value] = await alpha.data();
    tf.dispose([alpha, x]);
    return value!;
  }

  it('stays positive under softplus and clip, and not without a limit', async () => {
    const options = { alphaTrainable: true, inputShape: [1] };
    expect(await alphaAfterTraining(new ADA({ ...options }))).toBeGreaterThan(0);
    expect(await alphaAfterTraining(new ADA({ ...options, alphaConstraint: 'clip' }))).toBeGreaterThanOrEqual(
      0.001,
    );
    expect(await alphaAfterTraining(new ADA({ ...options, alphaConstraint: 'none' }))).toBeLessThan(0);
  });
});

describe('AllReLU: stack', () => {
  it('alternates its slopes from the first hidden layer on, also after loading', async () => {
    const model = tfl.sequential({
      layers: [new AllReLU({ inputShape: [1] }), new AllReLU(), new AllReLU()],
    });
    numberAllReLU(model);
    const numbers = (m: tfl.LayersModel) => m.layers.map((layer) => layer.getConfig().hiddenLayer);
    expect(numbers(model)).toEqual([1, 2, 3]);
    expect(numbers(await cloneThroughSave(model))).toEqual([1, 2, 3]);
    const y = model.predict(tf.tensor2d([[-1]])) as tf.Tensor;
    // −1 → 0.6 → 0.6 → 0.6: positive after the first layer.
    expect(await y.data()).toBeAllClose([0.6]);
  });

  it('refuses a model without such layers', () => {
    const model = tfl.sequential({
      layers: [tfl.layers.dense({ units: 1, inputShape: [1] })],
      name: 'plain',
    });
    expect(() => numberAllReLU(model)).toThrow(
      "numberAllReLU: model must be a model with AllReLU layers, got 'plain'.",
    );
  });
});

describe('ADA and Nish layers: errors', () => {
  it('name what they got and what they want', () => {
    expect(() => new ADA({ alpha: -1 })).toThrow('ADA: alpha must be a positive number, got -1.');
    expect(() => new ADA({ alphaShape: 'row' as never })).toThrow(
      "ADA: alphaShape must be 'scalar' or 'perChannel', got 'row'.",
    );
    expect(() => new Nish({ variant: 'sin' as never })).toThrow('nish: options.variant');
  });
});
