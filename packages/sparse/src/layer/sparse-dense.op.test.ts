import { cloneThroughSave, counterWord, dropRate, keepMask } from '@arborize/core';
import { expectNoTensorLeak } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { toDense } from '../conversion/to-dense.ts';
import { topologyOf } from '../pattern/sparse-pattern.ts';
import { registerSparse } from '../register-sparse.ts';
import { loadWith, savedModel } from '../testing/saved-model.ts';
import { SparseDense } from './sparse-dense.ts';
import type { SparseDenseOptions } from './sparse-dense-options.ts';

registerSparse();

const alwaysSparse = [[1, 1]] as const;
const alwaysDense = [[1, 0]] as const;

function network(options: Partial<SparseDenseOptions> = {}): tfl.Sequential {
  return tfl.sequential({
    layers: [
      new SparseDense({
        units: 9,
        density: 0.4,
        seed: 1,
        activation: 'relu',
        breakEven: alwaysSparse,
        inputShape: [6],
        ...options,
      }),
      new SparseDense({ units: 3, fanIn: 2, seed: 2, activation: 'softmax', breakEven: alwaysSparse }),
    ],
  });
}

const xs = tf.randomNormal([20, 6], 0, 1, 'float32', 1);
const ys = tf.tidy(() => tf.oneHot(tf.argMax(tf.slice(xs, [0, 0], [20, 3]), 1), 3));
const layerOf = (model: tfl.LayersModel) => model.layers[0] as SparseDense;

describe('SparseDense: against a dense layer', () => {
  it.each([1, 20])('has its output for a batch of %i', async (batch) => {
    const layer = layerOf(network());
    const x = tf.slice(xs, 0, batch);
    const [, bias] = layer.getWeights();
    const expected = tf.relu(tf.add(tf.matMul(x, toDense(layer.matrix)), bias!));
    expect(await (layer.apply(x) as tf.Tensor).data()).toBeAllClose(await expected.data());
  });

  it('takes inputs of more axes', async () => {
    const layer = layerOf(network());
    const y = layer.apply(tf.reshape(xs, [4, 5, 6])) as tf.Tensor;
    expect(y.shape).toEqual([4, 5, 9]);
    expect(await y.data()).toBeAllClose(await (layer.apply(xs) as tf.Tensor).data());
  });

  it('trains alike by the sparse and by the dense product', async () => {
    const losses = await Promise.all(
      [alwaysSparse, alwaysDense].map(async (breakEven) => {
        const model = network({ breakEven });
        model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' });
        const all: number[] = [];
        for (let step = 0; step < 5; step++) all.push((await model.trainOnBatch(xs, ys)) as number);
        return all;
      }),
    );
    expect(losses[1]).toBeAllClose(losses[0]!, { absolute: 1e-4, relative: 1e-3 });
  });
});

describe('SparseDense: stacks', () => {
  // Some are wider than a vector, some narrower; the softmax in the middle is not the same in both layouts.
  const stack = (activations: NonNullable<SparseDenseOptions['activation']>[]) => {
    const layers = activations.map(
      (activation, i) =>
        new SparseDense({
          units: [9, 13, 10, 3][i]!,
          density: 0.4,
          seed: i,
          activation,
          breakEven: alwaysSparse,
          ...(i === 0 && { inputShape: [6] }),
        }),
    );
    return { layers, model: tfl.sequential({ layers }) };
  };
  const loose = { absolute: 1e-4, relative: 1e-3 };
  const slowly = (layers: SparseDense[], x: tf.Tensor) =>
    layers.reduce(
      (y, layer) => layer.activate(tf.add(tf.matMul(y, toDense(layer.matrix)), layer.biasVariable!)),
      x,
    );

  it.each([['relu', 'relu', 'relu', 'softmax'] as const, ['tanh', 'linear', 'softmax', 'sigmoid'] as const])(
    'of %s, %s, %s and %s have the values and gradients of their layers',
    async (...activations) => {
      const { layers, model } = stack([...activations]);
      for (const batch of [20, 129]) {
        const x = tf.randomNormal([batch, 6], 0, 1, 'float32', 3);
        const loss = (run: (x: tf.Tensor) => tf.Tensor) =>
          tf.variableGrads(() => tf.sum(tf.square(run(x))) as tf.Scalar);
        const fast = loss((x) => model.apply(x, { training: true }) as tf.Tensor);
        const expected = loss((x) => slowly(layers, x));
        expect(await fast.value.data()).toBeAllClose(await expected.value.data(), loose);
        for (const [name, gradient] of Object.entries(expected.grads)) {
          expect(await fast.grads[name]!.data()).toBeAllClose(await gradient.data(), loose);
        }
        const predicted = model.predict(x, { batchSize: 50 }) as tf.Tensor;
        expect(await predicted.data()).toBeAllClose(await slowly(layers, x).data(), loose);
      }
    },
  );

  it('give the gradient with respect to what lies between two layers', async () => {
    const { layers } = stack(['relu', 'relu', 'linear', 'linear']);
    const [given, seen] = tf.tidy(() => {
      const y = layers[0]!.apply(xs) as tf.Tensor;
      const through = (x: tf.Tensor) => tf.sum(layers[1]!.apply(x) as tf.Tensor);
      return [tf.grad(through)(y), tf.grad(through)(tf.clone(y))];
    });
    expect(await given!.data()).toBeAllClose(await seen!.data());
  });

  it('hand out what lies between their layers', async () => {
    const { layers, model } = stack(['relu', 'tanh', 'linear', 'softmax']);
    const between = tfl.model({
      inputs: model.inputs,
      outputs: layers.map((layer) => layer.output as never),
    });
    const all = tf.tidy(() => between.apply(xs) as tf.Tensor[]);
    for (const [i, y] of all.entries()) {
      const expected = slowly(layers.slice(0, i + 1), xs);
      expect(await y.data()).toBeAllClose(await expected.data(), loose);
      // Once more, by a kernel.
      expect(await tf.add(y, 1).data()).toBeAllClose(await tf.add(expected, 1).data(), loose);
      expect(await y.data()).toBeAllClose(await expected.data(), loose);
    }
    tf.dispose(all);
    await expectNoTensorLeak(() => tf.dispose(tf.tidy(() => between.apply(xs) as tf.Tensor[])));
    await expectNoTensorLeak(() =>
      tf.tidy(() => {
        for (const y of between.apply(xs) as tf.Tensor[]) tf.relu(y);
      }),
    );
  });

  it('end in a full layer that trains like a dense one', async () => {
    const losses = await Promise.all(
      [true, false].map(async (full) => {
        const hidden = new SparseDense({
          units: 9,
          density: 0.4,
          seed: 1,
          activation: 'relu',
          inputShape: [6],
        });
        const weights = [tf.randomNormal([9, 3], 0, 1, 'float32', 5), tf.zeros([3])];
        const output = full
          ? new SparseDense({ units: 3, density: 1, activation: 'softmax' })
          : tfl.layers.dense({ units: 3, activation: 'softmax', weights });
        const model = tfl.sequential({ layers: [hidden, output] });
        if (output instanceof SparseDense) {
          const topology = await topologyOf(output.matrix.pattern);
          output.rewire(topology, (await tf.transpose(weights[0]!).data()) as Float32Array);
        }
        model.compile({ optimizer: tf.train.momentum(0.1, 0.9), loss: 'categoricalCrossentropy' });
        const all: number[] = [];
        for (let step = 0; step < 5; step++) all.push((await model.trainOnBatch(xs, ys)) as number);
        return all;
      }),
    );
    expect(losses[1]).toBeAllClose(losses[0]!, { absolute: 1e-4, relative: 1e-3 });
  });

  it('leave nothing behind', async () => {
    const { layers, model } = stack(['relu', 'relu', 'tanh', 'softmax']);
    model.compile({ optimizer: tf.train.adam(0.05), loss: 'categoricalCrossentropy' });
    await expectNoTensorLeak(() => model.trainOnBatch(xs, ys));
    await expectNoTensorLeak(() => (model.predict(xs) as tf.Tensor).dispose());
    await expectNoTensorLeak(() => (layers[0]!.apply(xs) as tf.Tensor).dispose());
  });
});

describe('SparseDense: a slope below 0, and dropout', () => {
  const loose = { absolute: 1e-4, relative: 1e-3 };
  const rate = dropRate('test', 'rate', 0.3);
  const maskOf = (seed: number, step: number, batch: number, units: number) =>
    tf.tensor2d(keepMask(counterWord(seed, step, 0), batch, units, rate), [batch, units]);
  const apply = (layer: SparseDense, x: tf.Tensor, training = true) =>
    tf.tidy(() => layer.apply(x, { training }) as tf.Tensor);

  it('closed form: is All-ReLU', async () => {
    for (const [negativeSlope, expected] of [
      [-0.6, [1.2, 0.3, 0, 0.5, 2]],
      [0.6, [-1.2, -0.3, 0, 0.5, 2]],
    ] as const) {
      const options = { units: 5, activation: 'leakyRelu' as const, negativeSlope, inputShape: [1] };
      const layer = new SparseDense({ ...options, connections: 0 });
      layer.build([null, 1]);
      layer.biasVariable!.assign(tf.tensor1d([-2, -0.5, 0, 0.5, 2]));
      expect(await apply(layer, tf.ones([1, 1])).data()).toBeAllClose([...expected]);
      expect(await layer.activate(tf.tensor2d([[-2, -0.5, 0, 0.5, 2]])).data()).toBeAllClose([...expected]);
    }
  });

  it.each([
    ['a ReLU', { activation: 'relu' as const }],
    ['a falling slope', { activation: 'leakyRelu' as const, negativeSlope: -0.6 }],
    ['a linear layer', {}],
    ['a layer without bias', { activation: 'leakyRelu' as const, useBias: false }],
    ['tanh', { activation: 'tanh' as const }],
    ['a dense product', { activation: 'relu' as const, breakEven: alwaysDense }],
  ])('drops the same outputs everywhere: %s', async (_, options) => {
    const layer = new SparseDense({
      ...{ units: 9, density: 0.4, seed: 3, breakEven: alwaysSparse, dropout: 0.3, inputShape: [6] },
      ...options,
    });
    layer.build([null, 6]);
    const wide = tf.randomNormal([135, 6], 0, 1, 'float32', 4);
    for (const x of [xs, wide, tf.reshape(xs, [4, 5, 6])]) {
      const rows = x.size / 6;
      layer.noiseStep = 5;
      const kept = tf.reshape(maskOf(3, 5, rows, 9), [...x.shape.slice(0, -1), 9]);
      const expected = await tf.mul(apply(layer, x, false), kept).data();
      expect(await apply(layer, x).data()).toBeAllClose(expected, loose);
      expect(layer.noiseStep).toBe(6);
      layer.noiseStep = 5;
      layer.recorder = tf.dispose;
      expect(await apply(layer, x).data()).toBeAllClose(expected, loose);
      layer.recorder = null;
    }
  });

  it.each([20, 129])('has the gradients of separate layers for a batch of %i', async (batch) => {
    const sizes = [9, 13, 10, 3];
    const slopes = [-0.6, 0.6, -0.6, null];
    const layers = sizes.map(
      (units, i) =>
        new SparseDense({
          ...{ units, density: 0.4, seed: i, breakEven: alwaysSparse, useBias: i !== 2 },
          ...(slopes[i] === null
            ? { activation: 'softmax' }
            : { activation: 'leakyRelu', negativeSlope: slopes[i], dropout: 0.3 }),
          ...(i === 0 && { inputShape: [6] }),
        }),
    );
    const model = tfl.sequential({ layers });
    const x = tf.randomNormal([batch, 6], 0, 1, 'float32', 3);
    const separately = () =>
      layers.reduce((y, layer, i) => {
        const product = tf.matMul(y, toDense(layer.matrix));
        const z = layer.biasVariable ? tf.add(product, layer.biasVariable) : product;
        if (slopes[i] === null) return tf.softmax(z);
        const f = tf.where(tf.greater(z, 0), z, tf.mul(z, slopes[i]!));
        return tf.mul(f, maskOf(i, 0, batch, sizes[i]!));
      }, x);
    const loss = (run: () => tf.Tensor) => tf.variableGrads(() => tf.sum(tf.square(run())) as tf.Scalar);
    const fast = loss(() => model.apply(x, { training: true }) as tf.Tensor);
    const expected = loss(separately);
    expect(await fast.value.data()).toBeAllClose(await expected.value.data(), loose);
    for (const [name, gradient] of Object.entries(expected.grads)) {
      expect(await fast.grads[name]!.data()).toBeAllClose(await gradient.data(), loose);
    }
  });

  it('serialises: to the same predictions and the same masks', async () => {
    const model = network({ activation: 'leakyRelu', negativeSlope: -0.6, dropout: 0.3 });
    const copy = await cloneThroughSave(model);
    for (const training of [false, true]) {
      const [a, b] = [model, copy].map((m) => apply(layerOf(m), xs, training));
      expect(await b!.data()).toEqual(await a!.data());
    }
  });

  it('memory: leaves nothing behind', async () => {
    for (const negativeSlope of [-0.6, 0.6]) {
      const options = { activation: 'leakyRelu', negativeSlope, dropout: 0.3 } as const;
      const model = network(options);
      model.compile({ optimizer: tf.train.adam(0.05), loss: 'categoricalCrossentropy' });
      await expectNoTensorLeak(() => model.trainOnBatch(xs, ys));
      await expectNoTensorLeak(() => (model.predict(xs) as tf.Tensor).dispose());
    }
  });
});

describe('SparseDense: training', () => {
  it.each([
    ['sgd', () => tf.train.sgd(0.5)],
    ['momentum', () => tf.train.momentum(0.1, 0.9)],
    ['adam', () => tf.train.adam(0.05)],
    ['rmsprop', () => tf.train.rmsprop(0.02)],
  ])('lowers the loss under %s', async (_, optimizer) => {
    const model = network();
    model.compile({ optimizer: optimizer(), loss: 'categoricalCrossentropy' });
    const first = (await model.trainOnBatch(xs, ys)) as number;
    for (let step = 0; step < 15; step++) await model.trainOnBatch(xs, ys);
    expect(await model.trainOnBatch(xs, ys)).toBeLessThan(0.8 * first);
  });

  it('trains under fit', async () => {
    const model = network();
    model.compile({ optimizer: tf.train.adam(0.05), loss: 'categoricalCrossentropy' });
    const { history } = await model.fit(xs, ys, { epochs: 3, batchSize: 10, verbose: 0, shuffle: false });
    expect(history.loss!.at(-1)).toBeLessThan(history.loss![0] as number);
  });
});

describe('SparseDense: serialises', () => {
  it('to bit-equal predictions, and trains on', async () => {
    const model = network();
    const copy = await cloneThroughSave(model);
    const [a, b] = [model, copy].map((m) => m.predict(xs) as tf.Tensor);
    expect(await b!.data()).toEqual(await a!.data());
    expect(layerOf(copy).connections).toBe(layerOf(model).connections);
    copy.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
    expect(await copy.trainOnBatch(xs, ys)).toBeGreaterThan(0);
  });
});

describe('SparseDense: errors', () => {
  // The file holds 7 values, 3 biases, 4 column pointers, 7 row indices, 5 row pointers, 7 column indices, 7 places.
  const [POINTERS, ROWS, COLUMNS, PLACES] = [10, 14, 26, 33];
  const options = { units: 3, connections: 7, seed: 1 } as const;
  const load = async (at: number, index: number, breakEven: SparseDenseOptions['breakEven']) => {
    const model = tfl.sequential({ layers: [new SparseDense({ ...options, inputShape: [4] })] });
    const artifacts = await savedModel(model);
    const weightData = (artifacts.weightData as ArrayBuffer).slice(0);
    expect(weightData.byteLength).toBe(4 * (PLACES + 7));
    new Int32Array(weightData)[at] = index;
    const loaded = await loadWith(artifacts, weightData);
    layerOf(loaded).breakEven = breakEven;
    loaded.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    return loaded;
  };

  it.each([
    ['a row beyond the inputs', ROWS + 6, 4],
    ['a row below 0', ROWS, -1],
    ['a row far beyond', ROWS + 2, 2 ** 30],
    ['a pointer beyond the values', POINTERS + 1, 100],
    ['a pointer that falls', POINTERS + 2, -5],
    ['a column beyond the units', COLUMNS + 1, 3],
    ['a place beyond the values', PLACES + 3, 7],
  ])('a file with %s is refused before anything is computed', async (_, at, index) => {
    for (const breakEven of [alwaysSparse, alwaysDense]) {
      const model = await load(at, index, breakEven);
      for (const batch of [1, 2]) {
        expect(() => model.predict(tf.ones([batch, 4]))).toThrow('sparse product: ');
      }
    }
  });

  it('a file with rows out of order is refused', async () => {
    const model = tfl.sequential({
      layers: [new SparseDense({ units: 1, density: 1, inputShape: [3], breakEven: alwaysSparse })],
    });
    const artifacts = await savedModel(model);
    const weightData = (artifacts.weightData as ArrayBuffer).slice(0);
    // 3 values, 1 bias, 2 pointers, and the rows 0, 1, 2.
    new Int32Array(weightData).set([2, 1, 0], 6);
    const loaded = await loadWith(artifacts, weightData);
    expect(() => loaded.predict(tf.ones([2, 3]))).toThrow('sparse product: rowIndices[1]');
  });
});

describe('SparseDense: seeds', () => {
  it('make equal layers on every backend', async () => {
    const [values] = layerOf(network()).getWeights();
    const rows = await layerOf(network()).matrix.pattern.rowIndices.data();
    expect([...rows].slice(0, 8)).toEqual(EXPECTED_ROWS);
    expect([...(await values!.data())].slice(0, 3)).toBeAllClose(EXPECTED_VALUES);
  });
});

// Written down once: they must never change, or saved experiments could not be repeated.
const EXPECTED_ROWS = [0, 1, 2, 5, 1, 5, 1, 5];
const EXPECTED_VALUES = [-0.187022715, 0.104992069, 1.03701854];

describe('SparseDense: memory', () => {
  it('leaves nothing behind in training and in use', async () => {
    const model = network();
    model.compile({ optimizer: tf.train.adam(0.05), loss: 'categoricalCrossentropy' });
    await expectNoTensorLeak(() => model.trainOnBatch(xs, ys));
    await expectNoTensorLeak(() => (model.predict(xs) as tf.Tensor).dispose());
  });

  it('goes away with the model', () => {
    const before = tf.memory().numTensors;
    network().dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
