import { registerActivations } from '@arborize/activations';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerDendritic } from '../register-dendritic.ts';
import { describeLayer } from '../testing/layer-contract.ts';
import { DACConv1D } from './dac-conv-1d-layer.ts';
import { DACConv2D } from './dac-conv-2d-layer.ts';
import { DACDense } from './dac-dense.ts';

beforeAll(() => {
  registerActivations();
  registerDendritic();
});

const kernelInitializer = () => tfl.initializers.glorotUniform({ seed: 3 });
const biasInitializer = () => tfl.initializers.randomUniform({ minval: -0.5, maxval: 0.5, seed: 4 });

describeLayer('DACDense, defaults', {
  layer: () => new DACDense({ units: 4, kernelInitializer: kernelInitializer() }),
  inputShape: [3],
});
describeLayer('DACDense, every option', {
  layer: () =>
    new DACDense({
      units: 4,
      biasGroups: 2,
      innerActivation: 'leakyRelu',
      innerAlpha: 0.1,
      activation: 'tanh',
      useOutputBias: true,
      outputBiasInitializer: biasInitializer(),
      kernelInitializer: kernelInitializer(),
      biasInitializer: 'ones',
      kernelRegularizer: tfl.regularizers.l2({ l2: 0.01 }),
      biasConstraint: tfl.constraints.nonNeg(),
    }),
  inputShape: [2, 3],
});
describeLayer('DACConv1D', {
  layer: () =>
    new DACConv1D({
      filters: 2,
      kernelSize: 3,
      strides: 2,
      padding: 'same',
      biasMode: 'tap',
      kernelInitializer: kernelInitializer(),
      biasInitializer: biasInitializer(),
    }),
  inputShape: [5, 2],
});
describeLayer('DACConv2D', {
  layer: () =>
    new DACConv2D({
      filters: 2,
      kernelSize: [2, 3],
      padding: 'same',
      useOutputBias: true,
      kernelInitializer: kernelInitializer(),
      biasInitializer: biasInitializer(),
    }),
  inputShape: [3, 4, 2],
});
describeLayer('DACConv2D, channels first, dilated', {
  layer: () =>
    new DACConv2D({
      filters: 2,
      kernelSize: 2,
      dilationRate: 2,
      biasGroups: 1,
      dataFormat: 'channelsFirst',
      kernelInitializer: kernelInitializer(),
      biasInitializer: biasInitializer(),
    }),
  inputShape: [2, 4, 4],
});

describe('DAC layers: weights', () => {
  const shapesOf = (layer: tfl.layers.Layer, inputShape: number[]) => {
    layer.build([null, ...inputShape]);
    return layer.getWeights().map(({ shape }) => shape);
  };

  it('are kernel, bias and output bias', () => {
    expect(shapesOf(new DACDense({ units: 6 }), [4])).toEqual([
      [4, 6],
      [4, 6],
    ]);
    expect(shapesOf(new DACDense({ units: 6, biasGroups: 3, useOutputBias: true }), [4])).toEqual([
      [4, 6],
      [4, 3],
      [6],
    ]);
    expect(shapesOf(new DACConv2D({ filters: 6, kernelSize: 3 }), [8, 8, 4])).toEqual([
      [3, 3, 4, 6],
      [4, 6],
    ]);
    expect(
      shapesOf(new DACConv1D({ filters: 6, kernelSize: 3, biasMode: 'tap', biasGroups: 2 }), [8, 4]),
    ).toEqual([
      [3, 4, 6],
      [3, 4, 2],
    ]);
  });

  it('are named, so that saved models say what they hold', () => {
    const model = tfl.sequential({
      layers: [new DACDense({ name: 'dac', units: 2, useOutputBias: true, inputShape: [3] })],
    });
    expect(model.weights.map(({ originalName }) => originalName)).toEqual(
      ['kernel', 'bias', 'outputBias'].map((name) => expect.stringContaining(name)),
    );
  });

  it('start as an ordinary layer with its ReLU in front', async () => {
    const [dac, plain] = [new DACDense({ units: 5 }), tfl.layers.dense({ units: 5, useBias: false })];
    const x = tf.randomNormal([4, 3], 0, 1, 'float32', 1);
    const y = dac.apply(x) as tf.Tensor;
    plain.build([null, 3]);
    plain.setWeights([dac.getWeights()[0]!]);
    expect(await y.data()).toBeAllClose(await (plain.apply(tf.relu(x)) as tf.Tensor).data());
  });
});

describe('DAC layers: errors', () => {
  it('name what they got and what they want, at build time at the latest', () => {
    expect(() => new DACDense({ units: 12, biasGroups: 5 })).toThrow(
      'DACDense: options.biasGroups must be null or a positive integer that divides the 12 outputs, got 5. Take one of 1, 2, 3, 4, 6, 12.',
    );
    expect(() => new DACDense({ units: 2, innerActivation: 'nosh' })).toThrow(
      "DACDense: options.innerActivation must be the name of an activation, got 'nosh'. Call registerActivations()",
    );
    expect(() => new DACDense({ units: 2, innerAlpha: 2 })).toThrow(
      'DACDense: options.innerAlpha must be a number in [0, 1), got 2.',
    );
    expect(() => new DACConv2D({ filters: 2, kernelSize: 3, biasMode: 'pixel' as never })).toThrow(
      "DACConv2D: options.biasMode must be 'channel' or 'tap', got 'pixel'.",
    );
    expect(() => new DACConv1D({ filters: 2, kernelSize: 3, padding: 'causal' })).toThrow(
      "DACConv1D: options.padding must be 'valid' or 'same', got 'causal'.",
    );
    expect(() => tfl.sequential({ layers: [new DACDense({ units: 2, inputShape: [] })] })).toThrow(
      'DACDense: the input must be a shape with at least 2 axes, that of the batch included, got [null].',
    );
    expect(() =>
      tfl.sequential({ layers: [new DACConv2D({ filters: 2, kernelSize: 3, inputShape: [28, 28] })] }),
    ).toThrow(
      'DACConv2D: the input must be a shape with 4 axes, that of the batch included, got [null, 28, 28]. Reshape the input first.',
    );
    expect(() => tfl.sequential({ layers: [new DACDense({ units: 2, inputShape: [null] })] })).toThrow(
      'DACDense: the input must be a shape whose axis 1 is known and not empty, got [null, null].',
    );
  });
});
