import { registerActivations } from '@arborize/activations';
import { cloneThroughSave } from '@arborize/core';
import { expectNoTensorLeak } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerDendritic } from '../register-dendritic.ts';
import { dendriticClassifier } from './dendritic-classifier.ts';
import { DendriticDense, type DendriticDenseOptions } from './dendritic-dense.ts';
import { dendriticTree } from './dendritic-tree.ts';
import { maskedDense, randomTree } from './testing.ts';
import { weightsFromMasked } from './weights-from-masked.ts';

beforeAll(() => {
  registerActivations();
  registerDendritic();
});

type Options = Omit<DendriticDenseOptions, 'units'> & { units?: number };
const trees = (options: Options = {}) =>
  new DendriticDense({ units: 4, seed: 1, inputShape: [6], ...options });

const variants: Record<string, Options> = {
  defaults: {},
  'a list of factors, no bias': { branching: [2, 3], useBias: false },
  'a power, one mask for all units': { inputShape: [8], branching: 2, dropoutSharedAcrossUnits: true },
  'inputs of each unit': { inputShape: [24], sharedInput: false, branching: [3, 2] },
  'three trees for each unit in random order': { repeats: 3, inputOrder: 'random' },
  'a given order and padding': { branching: [4, 2], padInput: true, inputOrder: [5, 4, 3, 2, 1, 0] },
  'padding by roots': { inputShape: [7], padInput: true },
  'an activation by name': { activation: 'nish', somaActivation: 'linear' },
  'two activations by name': { activation: 'tanh', somaActivation: 'sigmoid' },
  'linear nodes': { activation: 'linear', negativeSlope: 0.2, somaActivation: 'leakyReLU' },
  'inputs of each unit, repeated and padded': {
    inputShape: [20],
    sharedInput: false,
    branching: [3, 2],
    padInput: true,
    repeats: 2,
    inputOrder: 'random',
  },
};

function compiled(layer: tfl.layers.Layer): tfl.Sequential {
  const model = tfl.sequential({ layers: [layer] });
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
  return model;
}

describe.each(Object.entries(variants))('DendriticDense: %s', (_, options) => {
  const inputs = options.inputShape?.[0] ?? 6;

  it('trains, losing something and leaving nothing behind', async () => {
    const model = compiled(trees(options));
    const [xs, ys] = [tf.randomNormal([8, inputs!], 0, 1, 'float32', 2), tf.ones([8, 4])];
    const before = (await model.trainOnBatch(xs, ys)) as number;
    await expectNoTensorLeak(() => model.trainOnBatch(xs, ys));
    for (let i = 0; i < 20; i++) await model.trainOnBatch(xs, ys);
    expect(await model.trainOnBatch(xs, ys)).toBeLessThan(before);
    model.dispose();
    tf.dispose([xs, ys]);
  });

  it('serialises: gives equal predictions after saving and loading', async () => {
    const model = compiled(trees(options));
    const xs = tf.randomNormal([5, inputs!], 0, 1, 'float32', 3);
    const copy = await cloneThroughSave(model);
    const [expected, actual] = [model.predict(xs) as tf.Tensor, copy.predict(xs) as tf.Tensor];
    expect(await actual.data()).toEqual(await expected.data());
    const configs = [copy, model].map(({ layers }) => layers.map((layer) => layer.getConfig()));
    expect(configs[0]).toEqual(configs[1]);
    model.dispose();
    copy.dispose();
    tf.dispose([xs, expected, actual]);
  });
});

describe('DendriticDense: against reference', () => {
  it('is the op on its weights', async () => {
    const layer = trees({ branching: [3, 2] });
    const x = tf.randomNormal([3, 6], 0, 1, 'float32', 1);
    const y = layer.apply(x) as tf.Tensor;
    const [k1, b1, k2, b2] = layer.getWeights() as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const expected = dendriticTree(x, [k1, k2], [b1, b2]);
    expect(await y.data()).toEqual(await expected.data());
    expect([k1, b1, k2, b2].map(({ shape }) => shape)).toEqual([
      [4, 2, 3],
      [4, 2],
      [4, 1, 2],
      [4, 1],
    ]);
    expect(layer.weights.map(({ name }) => name.split('/')[1])).toEqual([
      'kernel_1',
      'bias_1',
      'kernel_2',
      'bias_2',
    ]);
    layer.dispose();
    tf.dispose([x, y, expected]);
  });

  it('takes its inputs in the order given and repeats the trees', async () => {
    const inputOrder = [2, 0, 1, 3, 5, 4];
    const layer = trees({ units: 1, branching: [3, 2], repeats: 2, inputOrder });
    const x = tf.randomNormal([3, 6], 0, 1, 'float32', 1);
    const y = layer.apply(x) as tf.Tensor;
    const [k1, b1, k2, b2, k3, b3] = layer.getWeights() as tf.Tensor[];
    expect(k3!.shape).toEqual([1, 1, 2]);
    const expected = tf.tidy(() => {
      const ordered = tf.gather(x, tf.tensor1d(inputOrder, 'int32'), 1);
      const both = tf.concat([ordered, ordered], 1);
      return dendriticTree(both, [k1!, k2!, k3!], [b1!, b2!, b3!]);
    });
    expect(await y.data()).toBeAllClose(await expected.data());
    layer.dispose();
    tf.dispose([x, y, expected]);
  });

  it('takes over the weights of masked dense levels', async () => {
    const [units, branching] = [2, [3, 2]];
    const tree = randomTree(units, branching, 5);
    const levels = branching.map((b, level) =>
      tf.tidy(() => {
        const kernel = tree[level]!;
        const out = kernel.shape[0]! * kernel.shape[1]!;
        const blocks = tf.mul(tf.reshape(kernel, [out, 1, b]), tf.expandDims(tf.eye(out), 2));
        // What lies outside the blocks must not count.
        const outside = tf.expandDims(tf.sub(1, tf.eye(out)), 2);
        const weight = tf.reshape(tf.add(blocks, outside), [out, out * b]);
        return { weight, bias: tf.reshape(tree[2 + level]!, [out]) };
      }),
    );
    const layer = trees({ units, branching });
    const x = tf.randomNormal([3, 6], 0, 1, 'float32', 1);
    (layer.apply(x) as tf.Tensor).dispose();
    const weights = weightsFromMasked(levels, units);
    layer.setWeights(weights);
    const y = layer.apply(x) as tf.Tensor;
    const expected = maskedDense(units, branching)(x, ...tree);
    expect(await y.data()).toBeAllClose(await expected.data());
    layer.dispose();
    tf.dispose([x, y, expected, levels, weights, tree]);
  });
});

describe('DendriticDense: dropout', () => {
  const fitted = async (seed: number) => {
    const model = compiled(trees({ seed, inputDropout: 0.5 }));
    const [xs, ys] = [tf.randomNormal([8, 6], 0, 1, 'float32', 2), tf.ones([8, 4])];
    for (let i = 0; i < 3; i++) await model.trainOnBatch(xs, ys);
    const weights = await Promise.all(model.getWeights().map((weight) => weight.data()));
    model.dispose();
    tf.dispose([xs, ys]);
    return weights;
  };

  it('repeats a training from its seed, and draws another mask at each step', async () => {
    const first = await fitted(4);
    expect(await fitted(4)).toEqual(first);
    expect(await fitted(5)).not.toEqual(first);
    const layer = trees({ inputDropout: 0.5 });
    const x = tf.ones([1, 6]);
    const masked = [0, 1].map(() => layer.apply(x, { training: true }) as tf.Tensor);
    layer.noiseStep = 0;
    const again = layer.apply(x, { training: true }) as tf.Tensor;
    expect(await again.data()).toEqual(await masked[0]!.data());
    expect(await masked[1]!.data()).not.toEqual(await masked[0]!.data());
    layer.dispose();
    tf.dispose([x, masked, again]);
  });
});

describe('DendriticDense: in a model', () => {
  it('works in the functional API, in time and on inputs of higher rank', async () => {
    const input = tfl.input({ shape: [3, 6] });
    const inTime = tfl.layers.timeDistributed({ layer: trees({ inputShape: undefined }) }).apply(input);
    const direct = trees({ inputShape: undefined, units: 2 }).apply(inTime) as tfl.SymbolicTensor;
    const model = tfl.model({ inputs: input, outputs: direct });
    expect(direct.shape).toEqual([null, 3, 2]);
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const [xs, ys] = [tf.ones([2, 3, 6]), tf.ones([2, 3, 2])];
    await model.fit(xs, ys, { epochs: 1, verbose: 0 });
    const copy = await cloneThroughSave(model);
    const [expected, actual] = [model.predict(xs) as tf.Tensor, copy.predict(xs) as tf.Tensor];
    expect(await actual.data()).toEqual(await expected.data());
    expect(expected.shape).toEqual([2, 3, 2]);
    model.dispose();
    copy.dispose();
    tf.dispose([xs, ys, expected, actual]);
  });

  it('makes a classifier that gives logits and learns', async () => {
    const model = dendriticClassifier({
      inputShape: [4, 4, 1],
      classes: 3,
      branching: [4, 4],
      seed: 1,
      inputDropout: 0,
    });
    expect(model.outputs[0]!.shape).toEqual([null, 3]);
    model.compile({
      optimizer: tf.train.adam(0.05),
      loss: (labels: tf.Tensor, logits: tf.Tensor) =>
        tf.neg(tf.mean(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), -1))),
      metrics: ['accuracy'],
    });
    const xs = tf.randomNormal([30, 4, 4, 1], 0, 1, 'float32', 1);
    const ys = tf.tidy(() =>
      tf.cast(tf.oneHot(tf.argMax(tf.slice(tf.reshape(xs, [30, 16]), [0, 0], [30, 3]), 1), 3), 'float32'),
    );
    for (let i = 0; i < 40; i++) await model.trainOnBatch(xs, ys);
    const [, accuracy] = (await model.trainOnBatch(xs, ys)) as number[];
    expect(accuracy).toBeGreaterThan(0.9);
    model.dispose();
    tf.dispose([xs, ys]);
    const flat = dendriticClassifier({ inputShape: [16], classes: 1 });
    expect(flat.outputs[0]!.shape).toEqual([null, 1]);
    flat.dispose();
  });
});
