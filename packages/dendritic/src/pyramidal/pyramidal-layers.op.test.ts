import { leakyAda, registerActivations } from '@arborize/activations';
import { cloneThroughSave } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerDendritic } from '../register-dendritic.ts';
import { describeLayer } from '../testing/layer-contract.ts';
import { interleave } from './interleaved.ts';
import { PyramidalConv1D } from './pyramidal-conv-1d.ts';
import { PyramidalConv2D } from './pyramidal-conv-2d.ts';
import { PyramidalDense } from './pyramidal-dense.ts';
import { PyramidalSoma } from './pyramidal-soma.ts';

beforeAll(() => {
  registerActivations();
  registerDendritic();
});

const kernelInitializer = () => tfl.initializers.glorotUniform({ seed: 3 });
const biasInitializer = () => tfl.initializers.randomUniform({ minval: -0.5, maxval: 0.5, seed: 4 });

describeLayer('PyramidalDense, defaults', {
  layer: () => new PyramidalDense({ units: 3, kernelInitializer: kernelInitializer() }),
  inputShape: [4],
});
describeLayer('PyramidalDense, every option', {
  layer: () =>
    new PyramidalDense({
      units: 6,
      matchParameters: true,
      alpha: 0.8,
      c: 0.3,
      leak: 0.1,
      alphaTrainable: true,
      alphaShape: 'perChannel',
      alphaConstraint: 'clip',
      basalActivation: 'nish',
      kernelInitializer: kernelInitializer(),
      apicalKernelInitializer: tfl.initializers.heNormal({ seed: 8 }),
      biasInitializer: biasInitializer(),
      kernelRegularizer: tfl.regularizers.l2({ l2: 0.01 }),
    }),
  inputShape: [2, 4],
});
describeLayer('PyramidalConv1D', {
  layer: () =>
    new PyramidalConv1D({
      filters: 2,
      kernelSize: 3,
      strides: 2,
      alphaTrainable: true,
      kernelInitializer: kernelInitializer(),
      biasInitializer: biasInitializer(),
    }),
  inputShape: [6, 2],
});
describeLayer('PyramidalConv2D', {
  layer: () =>
    new PyramidalConv2D({
      filters: 2,
      kernelSize: 3,
      padding: 'same',
      useBias: false,
      kernelInitializer: kernelInitializer(),
    }),
  inputShape: [4, 3, 2],
});
describeLayer('PyramidalConv2D, channels first', {
  layer: () =>
    new PyramidalConv2D({
      filters: 2,
      kernelSize: 2,
      dataFormat: 'channelsFirst',
      kernelInitializer: kernelInitializer(),
      biasInitializer: biasInitializer(),
    }),
  inputShape: [2, 4, 4],
});

describeLayer('PyramidalSoma', {
  layer: () => new PyramidalSoma({ alpha: 0.3, alphaTrainable: true, alphaShape: 'perChannel' }),
  inputShape: [3, 6],
});

const W = [
  [1, -2],
  [0.5, 1],
];
const b = [0.1, -0.2];
const V = [
  [0.3, 0.7],
  [-1, 2],
];
const d = [0, 0.5];

function withWeights(
  layer: PyramidalDense,
  basal: number[][],
  basalBias: number[],
  apical: number[][],
  apicalBias: number[],
) {
  layer.build([null, basal.length]);
  layer.setWeights([
    interleave(tf.tensor2d(basal), tf.tensor2d(apical)),
    tf.tensor1d(basalBias.flatMap((each, i) => [each, apicalBias[i]!])),
    ...layer.getWeights().slice(2),
  ]);
  return layer;
}

describe('PyramidalDense: closed form', () => {
  it('has the values of the example', async () => {
    const x = tf.tensor2d([[1, -1]]);
    const leakless = withWeights(new PyramidalDense({ units: 2, alpha: 0.5, c: 1, leak: 0 }), W, b, V, d);
    expect(await (leakless.apply(x) as tf.Tensor).data()).toBeAllClose([2.444788, 0]);
    const leaky = withWeights(new PyramidalDense({ units: 2, alpha: 0.5, c: 1 }), W, b, V, d);
    expect(await (leaky.apply(x) as tf.Tensor).data()).toBeAllClose([2.444788, -0.008]);
  });

  it('has the gradients of the example, worked out by hand', async () => {
    const layer = withWeights(
      new PyramidalDense({ units: 2, alpha: 0.5, c: 1, alphaTrainable: true, alphaConstraint: 'none' }),
      W,
      b,
      V,
      d,
    );
    const x = tf.tensor2d([[1, -1]]);
    const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const { grads } = tf.variableGrads(() => tf.sum(layer.apply(x) as tf.Tensor), variables);
    const [kernel, bias, alpha] = variables.map(({ name }) => grads[name]!);
    // The basal slopes are [1, 0]; the apical ones [(1 − α·1.3)·e^(c − α·1.3), leak] = [0.496674, 0.01].
    expect(await kernel!.data()).toBeAllClose([1, 0.496674, 0, 0.01, -1, -0.496674, 0, -0.01]);
    expect(await bias!.data()).toBeAllClose([1, 0.496674, 0, 0.01]);
    expect(await alpha!.data()).toBeAllClose([-2.398224]);
    const dx = tf.grad((x) => layer.apply(x) as tf.Tensor)(x);
    expect(await dx.data()).toBeAllClose([1.156002, 0.023326]);
  });

  it('computes XOR by the apical branch of one neuron', async () => {
    const silent = [[0], [0]];
    const layer = new PyramidalDense({ units: 1, alpha: 1, c: 1, leak: 0 });
    withWeights(layer, silent, [0], [[5], [5]], [-4]);
    const x = tf.tensor2d([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    expect(await (layer.apply(x) as tf.Tensor).data()).toBeAllClose([0, 1, 1, 0.040428]);
  });
});

describe('PyramidalDense: against reference', () => {
  const x = () => tf.randomNormal([5, 4], 0, 1, 'float32', 1);
  const zeros = [0, 0, 0];

  it('is a ReLU layer without an apical branch, and an ADA layer without a basal one', async () => {
    const none = Array.from({ length: 4 }, () => zeros);
    const kernel = await tf.randomNormal<tf.Rank.R2>([4, 3], 0, 1, 'float32', 2).array();
    const basal = withWeights(new PyramidalDense({ units: 3 }), kernel, zeros, none, zeros);
    const ordinary = tf.relu(tf.matMul(x(), kernel));
    expect(await (basal.apply(x()) as tf.Tensor).data()).toBeAllClose(await ordinary.data());
    const apical = withWeights(new PyramidalDense({ units: 3 }), none, zeros, kernel, zeros);
    const bump = leakyAda(tf.matMul(x(), kernel));
    expect(await (apical.apply(x()) as tf.Tensor).data()).toBeAllClose(await bump.data());
  });

  it('equals two layers, in value and gradients', async () => {
    const [w, v, bias, inputs] = [
      tf.randomNormal([4, 3], 0, 1, 'float32', 2),
      tf.randomNormal([4, 3], 0, 1, 'float32', 3),
      tf.randomNormal([6], 0, 1, 'float32', 4),
      x(),
    ];
    const layer = new PyramidalDense({
      units: 3,
      alpha: 0.7,
      c: 0.5,
      alphaTrainable: true,
      alphaConstraint: 'none',
    });
    layer.build([null, 4]);
    layer.setWeights([interleave(w, v), bias, tf.scalar(0.7)]);
    const [basalBias, apicalBias] = tf.unstack(tf.reshape(bias, [3, 2]), 1) as [tf.Tensor, tf.Tensor];
    const two = (x: tf.Tensor, w: tf.Tensor, v: tf.Tensor, b: tf.Tensor, d: tf.Tensor, alpha: tf.Tensor) =>
      tf.add(tf.relu(tf.add(tf.matMul(x, w), b)), leakyAda(tf.add(tf.matMul(x, v), d), { alpha, c: 0.5 }));
    const operands = [inputs, w, v, basalBias, apicalBias, tf.scalar(0.7)];
    const expected = tf.grads((...args) => two(...(args as Parameters<typeof two>)))(operands);
    const y = layer.apply(inputs) as tf.Tensor;
    expect(await y.data()).toBeAllClose(await two(...(operands as Parameters<typeof two>)).data());
    const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const { grads } = tf.variableGrads(() => tf.sum(layer.apply(inputs) as tf.Tensor), variables);
    const [kernel, biases, alpha] = variables.map(({ name }) => grads[name]!);
    expect(await kernel!.data()).toBeAllClose(await interleave(expected[1]!, expected[2]!).data());
    expect(await biases!.data()).toBeAllClose(await interleave(expected[3]!, expected[4]!).data());
    expect(await alpha!.data()).toBeAllClose(await expected[5]!.data());
    const dx = tf.grad((x) => layer.apply(x) as tf.Tensor)(inputs);
    expect(await dx.data()).toBeAllClose(await expected[0]!.data());
  });

  it('has twice the parameters of a dense layer, or about as many', () => {
    const count = (layer: tfl.layers.Layer) => {
      layer.build([null, 7]);
      return layer.countParams();
    };
    expect(count(new PyramidalDense({ units: 10 }))).toBe(2 * (7 * 10 + 10));
    expect(count(new PyramidalDense({ units: 10, matchParameters: true }))).toBe(7 * 10 + 10);
  });
});

describe('PyramidalDense: two inputs', () => {
  it('has a branch for each, trains and is saved', async () => {
    const [basal, apical] = [tfl.input({ shape: [4] }), tfl.input({ shape: [2] })];
    const layer = new PyramidalDense({ units: 3, kernelInitializer: kernelInitializer() });
    const model = tfl.model({
      inputs: [basal, apical],
      outputs: layer.apply([basal, apical]) as tfl.SymbolicTensor,
    });
    expect(model.getWeights().map(({ shape }) => shape)).toEqual([[4, 3], [2, 3], [6]]);
    const xs = [tf.ones([5, 4]), tf.ones([5, 2])];
    const copy = await cloneThroughSave(model);
    const [expected, actual] = [model.predict(xs) as tf.Tensor, copy.predict(xs) as tf.Tensor];
    expect(expected.shape).toEqual([5, 3]);
    expect(await actual.data()).toEqual(await expected.data());
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const losses = [
      await model.trainOnBatch(xs, tf.ones([5, 3])),
      await model.trainOnBatch(xs, tf.ones([5, 3])),
    ];
    expect(losses[1]).toBeLessThan(losses[0] as number);
  });
});

describe('pyramidal layers: α', () => {
  it('stays positive however far it is driven', async () => {
    for (const alphaConstraint of ['softplus', 'clip'] as const) {
      const layer = new PyramidalDense({
        units: 2,
        alpha: 0.1,
        alphaTrainable: true,
        alphaConstraint,
        inputShape: [2],
      });
      const model = tfl.sequential({ layers: [layer] });
      model.compile({ optimizer: tf.train.sgd(1), loss: 'meanSquaredError' });
      for (let i = 0; i < 5; i++) await model.trainOnBatch(tf.ones([4, 2]), tf.fill([4, 2], 100));
      const [alpha] = await layer.alpha().data();
      expect(alpha).toBeGreaterThan(0);
    }
  });

  it('stays positive where e^raw is 0 in float32', async () => {
    const layer = new PyramidalDense({ units: 2, alphaTrainable: true, inputShape: [2] });
    tfl.sequential({ layers: [layer] });
    const weights = layer.getWeights();
    layer.setWeights([...weights.slice(0, -1), tf.scalar(-300)]);
    const [alpha] = await layer.alpha().data();
    expect(alpha).toBeGreaterThan(0);
  });

  it('branches start apart from equal seeds', async () => {
    const layer = new PyramidalDense({ units: 2, kernelInitializer: kernelInitializer() });
    layer.build([null, 3]);
    const values = await layer.getWeights()[0]!.data();
    expect(values[0]).not.toBe(values[1]);
  });
});

describe('PyramidalSoma: one α for a network', () => {
  it('is one weight, which the layers before and after train', async () => {
    const soma = new PyramidalSoma({ alpha: 0.5, alphaTrainable: true });
    const input = tfl.input({ shape: [3] });
    const dense = (units: number, seed: number) =>
      tfl.layers.dense({ units, kernelInitializer: tfl.initializers.glorotUniform({ seed }) });
    const hidden = soma.apply(dense(8, 1).apply(input));
    const output = soma.apply(dense(4, 2).apply(hidden)) as tfl.SymbolicTensor;
    const model = tfl.model({ inputs: input, outputs: output });
    expect(model.countParams()).toBe(3 * 8 + 8 + 4 * 4 + 4 + 1);
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    await model.trainOnBatch(tf.ones([2, 3]), tf.fill([2, 2], 3));
    const [alpha] = await soma.alpha().data();
    expect(alpha).not.toBeCloseTo(0.5, 4);
  });
});

describe('pyramidal layers: errors', () => {
  it('name what they got and what they want', () => {
    expect(() => new PyramidalDense({ units: 0 })).toThrow(
      'PyramidalDense: options.units must be an integer ≥ 1, got 0.',
    );
    expect(() => new PyramidalDense({ units: 2, alpha: 0 })).toThrow(
      'PyramidalDense: options.alpha must be a positive number, got 0.',
    );
    expect(() => new PyramidalDense({ units: 2, leak: 1 })).toThrow(
      'PyramidalDense: options.leak must be a number in [0, 1), got 1.',
    );
    expect(() => new PyramidalDense({ units: 2, alphaConstraint: 'abs' as never })).toThrow(
      "PyramidalDense: options.alphaConstraint must be 'softplus' or 'clip' or 'none', got 'abs'.",
    );
    expect(() => new PyramidalDense({ units: 2, basalActivation: 'nosh' })).toThrow(
      "PyramidalDense: options.basalActivation must be the name of an activation, got 'nosh'.",
    );
    expect(() =>
      tfl.sequential({ layers: [new PyramidalConv2D({ filters: 2, kernelSize: 3, inputShape: [28, 28] })] }),
    ).toThrow(
      'PyramidalConv2D: the input must be a shape with 4 axes, that of the batch included, got [null, 28, 28].',
    );
    expect(() => tfl.sequential({ layers: [new PyramidalSoma({ inputShape: [5] })] })).toThrow(
      'PyramidalSoma: the input must be a shape whose last axis is even, basal and apical sums in turns, got [null, 5].',
    );
    const inputs = [tfl.input({ shape: [4] }), tfl.input({ shape: [3, 4] })];
    expect(() => new PyramidalDense({ units: 2 }).apply(inputs)).toThrow(
      'PyramidalDense: the input must be one tensor, or a basal and an apical one that agree in all axes but the channels, got [[null, 4], [null, 3, 4]].',
    );
  });
});
