import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { biasSpread } from './bias-spread.ts';
import { DACConv2D } from './dac-conv-2d-layer.ts';
import { DACDense } from './dac-dense.ts';
import { dacMLP } from './dac-mlp.ts';
import { dacResNet } from './dac-res-net.ts';
import { fromConv2D } from './from-conv-2d.ts';
import { fromDense } from './from-dense.ts';
import { suggestGroups } from './suggest-groups.ts';
import { toShared } from './to-shared.ts';

const kernelInitializer = (seed: number) => tfl.initializers.glorotUniform({ seed });
const biasInitializer = (seed: number) => tfl.initializers.randomUniform({ minval: -1, maxval: 1, seed });
const run = (layers: tfl.layers.Layer[], x: tf.Tensor) =>
  layers.reduce((y, layer) => layer.apply(y) as tf.Tensor, x);

describe('fromDense', () => {
  it('computes what the two dense layers compute', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({
          units: 5,
          activation: 'relu',
          inputShape: [3],
          kernelInitializer: kernelInitializer(1),
          biasInitializer: biasInitializer(2),
        }),
        tfl.layers.dense({
          units: 4,
          activation: 'tanh',
          kernelInitializer: kernelInitializer(3),
          biasInitializer: biasInitializer(4),
        }),
      ],
    });
    const x = tf.randomNormal([6, 3], 0, 1, 'float32', 5);
    const { producer, consumer } = fromDense(model.layers[0]!, model.layers[1]!);
    const expected = model.predict(x) as tf.Tensor;
    const actual = run([producer, consumer], x);
    expect(await actual.data()).toBeAllClose(await expected.data());
    expect(consumer.countParams()).toBe(2 * 5 * 4 + 4);
  });

  it('refuses what it cannot turn exactly', () => {
    const [relu, linear] = [
      tfl.layers.dense({ units: 5, activation: 'relu' }),
      tfl.layers.dense({ units: 4 }),
    ];
    expect(() => fromDense(relu, linear)).toThrow(
      "fromDense: producer must be a built layer, got 'one that is not built'. Put it into a model first.",
    );
    relu.build([null, 3]);
    linear.build([null, 6]);
    expect(() => fromDense(linear, relu)).toThrow(
      "fromDense: producer must be a layer with the activation 'relu', got 'linear'.",
    );
    expect(() => fromDense(relu, linear)).toThrow(
      'fromDense: consumer must be a layer of 5 inputs, which are the outputs of producer, got 6.',
    );
    expect(() => fromDense(tfl.layers.flatten(), linear)).toThrow(
      "fromDense: producer must be a layer of class Dense, got 'Flatten'.",
    );
  });
});

describe('fromConv2D', () => {
  const conv = (filters: number, activation: 'relu' | 'linear', seed: number) =>
    tfl.layers.conv2d({
      filters,
      kernelSize: 3,
      padding: 'same',
      activation,
      kernelInitializer: kernelInitializer(seed),
      biasInitializer: biasInitializer(seed + 1),
    });
  const x = () => tf.randomNormal([2, 4, 4, 2], 0, 1, 'float32', 5);

  it('computes what the two convolutions compute, at the border too', async () => {
    const layers = [conv(3, 'relu', 1), conv(2, 'linear', 3)];
    const expected = run(layers, x());
    const { producer, consumer } = fromConv2D(layers[0]!, layers[1]!);
    expect(await run([producer, consumer], x()).data()).toBeAllClose(await expected.data());
  });

  it('keeps the batch normalisation between, whose shift becomes biases', async () => {
    const norm = tfl.layers.batchNormalization({});
    const layers = [conv(3, 'linear', 1), norm, tfl.layers.reLU(), conv(2, 'linear', 3)];
    run(layers, x());
    norm.setWeights(
      [
        [0.5, 1, 2],
        [0.3, -0.2, 0.1],
        [0.1, 0, -0.4],
        [1, 2, 0.5],
      ].map((each) => tf.tensor1d(each)),
    );
    const expected = run(layers, x());
    const { producer, batchNormalization, consumer } = fromConv2D(layers[0]!, layers[3]!, norm);
    const actual = run([producer, batchNormalization!, consumer], x());
    const close = { absolute: 1e-5, relative: 1e-4 };
    expect(await actual.data()).toBeAllClose(await expected.data(), close);
  });
});

describe('toShared, biasSpread and suggestGroups', () => {
  const x = () => tf.randomNormal([50, 3], 0, 2, 'float32', 5);
  const layerWith = (bias: tf.Tensor) => {
    const layer = new DACDense({ units: 4, kernelInitializer: kernelInitializer(1) });
    layer.build([null, 3]);
    layer.setWeights([layer.getWeights()[0]!, bias]);
    return layer;
  };

  it('find that equal biases are those of an ordinary layer', async () => {
    const layer = layerWith(tf.tile(tf.tensor2d([[0.5], [-1], [0]]), [1, 4]));
    const { layer: shared, error } = await toShared(layer);
    expect(error).toBe(0);
    expect(shared.getWeights()[1]!.shape).toEqual([3, 1]);
    const [actual, expected] = [shared.apply(x()) as tf.Tensor, layer.apply(x()) as tf.Tensor];
    expect(await actual.data()).toBeAllClose(await expected.data());
    expect(await biasSpread(layer, x())).toBeAllClose([0, 0, 0]);
    expect((await suggestGroups(layer, x())).groups).toBe(1);
  });

  it('measure how far apart biases are', async () => {
    const layer = layerWith(
      tf.tensor2d([
        [1, 1, -1, -1],
        [0, 0, 0, 0],
        [2, 2, 0, 0],
      ]),
    );
    const { error } = await toShared(layer);
    expect(error).toBeCloseTo(Math.sqrt(2 / 3), 5);
    const inputs = x();
    const { variance } = tf.moments(inputs, 0);
    const own = await tf.sqrt(variance).data();
    expect(await biasSpread(layer, inputs)).toBeAllClose([1 / own[0]!, 0, 1 / own[2]!], {
      absolute: 1e-4,
      relative: 1e-3,
    });
    expect(await suggestGroups(layer, inputs)).toEqual({ groups: 2, error: 0 });
  });

  it('serve convolutions', async () => {
    const layer = new DACConv2D({ filters: 2, kernelSize: 3, biasMode: 'tap', biasInitializer: 'ones' });
    layer.build([null, 5, 5, 2]);
    const { layer: shared, error } = await toShared(layer);
    expect(error).toBe(0);
    expect(shared.getWeights()[1]!.shape).toEqual([3, 3, 2, 1]);
  });
});

describe('dacMLP and dacResNet', () => {
  it('have the parameters of the published counts', () => {
    expect(dacMLP({ inputs: 5, hidden: [16, 16], outputs: 1 }).countParams()).toBe(641);
    const grouped = [1, 2, 4, 8].map((biasGroups) =>
      dacMLP({ inputs: 5, hidden: [16, 16], outputs: 1, biasGroups, seed: 1 }).countParams(),
    );
    expect(grouped).toEqual([401, 417, 449, 513]);
  });

  it('are built deterministically from a seed, and classify images', async () => {
    const options = { depth: 8, width: 2, classes: 3, inputShape: [8, 8, 1] as const, seed: 4 };
    const [one, other] = [dacResNet(options), dacResNet(options)];
    const x = tf.randomNormal([2, 8, 8, 1], 0, 1, 'float32', 5);
    const [y, same] = [one.predict(x) as tf.Tensor, other.predict(x) as tf.Tensor];
    expect(y.shape).toEqual([2, 3]);
    expect(await y.data()).toBeAllClose(await same.data());
    one.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
    expect(await one.trainOnBatch(x, tf.oneHot([0, 2], 3))).toBeGreaterThan(0);
    expect(() => dacResNet({ depth: 18, classes: 2 })).toThrow(
      'dacResNet: options.depth must be 6·n + 2 for n ≥ 1 blocks in each stage, got 18.',
    );
  });
});
