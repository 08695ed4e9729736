import { cloneThroughSave } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { SparseDense } from '../layer/sparse-dense.ts';
import { MaskSet } from '../pruning/mask-set.ts';
import { toSparse } from './to-sparse.ts';

const xs = tf.randomNormal([5, 12], 0, 1, 'float32', 1);
const predict = (model: tfl.LayersModel, x = xs) => (model.predict(x) as tf.Tensor).data();
const close = { absolute: 1e-5, relative: 1e-4 };
const dense = (units: number, seed: number, more: object = {}) =>
  tfl.layers.dense({
    units,
    activation: 'tanh',
    kernelInitializer: tfl.initializers.randomNormal({ seed }),
    biasInitializer: tfl.initializers.randomNormal({ seed: seed + 1 }),
    ...more,
  });

/** Puts zeros into every kernel: of each row, all but every fourth entry. */
function prune(model: tfl.LayersModel): void {
  for (const weight of model.trainableWeights) {
    if (!weight.originalName.endsWith('kernel')) continue;
    tf.tidy(() => {
      const mask = tf.tensor(
        Array.from({ length: weight.read().size }, (_, i) => Number(i % 4 === 1)),
        weight.read().shape,
      );
      (weight.read() as tf.Variable).assign(tf.mul(weight.read(), mask));
    });
  }
}

const sparseLayers = (model: tfl.LayersModel) => model.layers.filter((layer) => layer instanceof SparseDense);

describe('toSparse: against the masked model', () => {
  it('gives the predictions of a sequential model', async () => {
    const model = tfl.sequential({
      layers: [
        dense(9, 1, { inputShape: [12] }),
        tfl.layers.batchNormalization(),
        dense(8, 3, { useBias: false, activation: 'relu' }),
        dense(3, 5, { activation: 'softmax', name: 'out' }),
      ],
    });
    prune(model);
    const sparse = await toSparse(model);
    expect(sparseLayers(sparse).map(({ connections }) => connections)).toEqual([27, 18, 6]);
    expect(sparse.layers.at(-1)!.name).toBe('out');
    expect(await predict(sparse)).toBeAllClose(await predict(model), close);
    expect(await predict(await cloneThroughSave(sparse))).toEqual(await predict(sparse));
  });

  it('gives those of a functional model, whose layers share, nest and wrap', async () => {
    const input = tfl.input({ shape: [12] });
    const shared = dense(12, 1);
    const inner = tfl.sequential({ layers: [dense(7, 3, { inputShape: [12] })] });
    const steps = tfl.layers.timeDistributed({ layer: dense(5, 5) });
    const twice = shared.apply(shared.apply(input)) as tfl.SymbolicTensor;
    const left = inner.apply(twice) as tfl.SymbolicTensor;
    const right = tfl.layers
      .flatten()
      .apply(steps.apply(tfl.layers.reshape({ targetShape: [4, 3] }).apply(twice))) as tfl.SymbolicTensor;
    const joined = tfl.layers.concatenate().apply([left, right]) as tfl.SymbolicTensor;
    const outputs = dense(2, 7).apply(joined) as tfl.SymbolicTensor;
    const model = tfl.model({ inputs: input, outputs });
    prune(model);
    const sparse = await toSparse(model);
    expect(sparseLayers(sparse).length).toBe(2);
    expect(await predict(sparse)).toBeAllClose(await predict(model), close);
  });

  it('takes masks in place of zeros', async () => {
    const model = tfl.sequential({ layers: [dense(2, 1, { inputShape: [12], name: 'hidden' })] });
    const mask = tf.tensor2d(
      Array.from({ length: 24 }, (_, i) => Number(i % 5 === 0)),
      [12, 2],
    );
    const sparse = await toSparse(model, { masks: await MaskSet.from({ 'hidden/kernel': mask }) });
    expect((sparse.layers[0] as SparseDense).connections).toBe(5);
    const [kernel, bias] = model.getWeights();
    model.setWeights([tf.mul(kernel!, mask), bias!]);
    expect(await predict(sparse)).toBeAllClose(await predict(model), close);
  });

  it('takes layers of other kinds that have a masked kernel', async () => {
    class Gated extends tfl.layers.Layer {
      static className = 'ToSparseGated';
      maskedKernel = () =>
        tf.tensor2d(
          Array.from({ length: 36 }, (_, i) => (i % 6 === 0 ? i : 0)),
          [12, 3],
        );
      override computeOutputShape = () => [null, 3];
      override call = (x: tf.Tensor | tf.Tensor[]) =>
        tf.tidy(() => tf.relu(tf.matMul((x as tf.Tensor[])[0]!, this.maskedKernel())));
      override getConfig = () => ({ name: this.name, units: 3, activation: 'relu', useBias: false });
    }
    const model = tfl.sequential({ layers: [tfl.layers.inputLayer({ inputShape: [12] }), new Gated({})] });
    const sparse = await toSparse(model);
    expect(sparseLayers(sparse).length).toBe(1);
    expect(await predict(sparse)).toBeAllClose(await predict(model), close);
  });
});

describe('toSparse: edges', () => {
  it('keeps dense what is denser than it is told', async () => {
    const model = tfl.sequential({ layers: [dense(4, 1, { inputShape: [12] }), dense(2, 3)] });
    prune(model);
    expect(sparseLayers(await toSparse(model, { maxDensity: 0.2 })).length).toBe(0);
    expect(sparseLayers(await toSparse(model, { maxDensity: 0.25 })).length).toBe(2);
  });

  it('takes a kernel without any connection', async () => {
    const model = tfl.sequential({
      layers: [dense(2, 1, { inputShape: [12], kernelInitializer: 'zeros' })],
    });
    const sparse = await toSparse(model);
    expect((sparse.layers[0] as SparseDense).connections).toBe(0);
    expect(await predict(sparse)).toBeAllClose(await predict(model), close);
  });

  it('leaves the model as it is, and its result trains on', async () => {
    const model = tfl.sequential({ layers: [dense(2, 1, { inputShape: [12] })] });
    prune(model);
    const before = await predict(model);
    const sparse = await toSparse(model);
    sparse.compile({ optimizer: tf.train.adam(0.1), loss: 'meanSquaredError' });
    const target = tf.ones([5, 2]);
    const first = (await sparse.trainOnBatch(xs, target)) as number;
    expect(await sparse.trainOnBatch(xs, target)).toBeLessThan(first);
    expect(await predict(model)).toEqual(before);
  });
});

describe('toSparse: memory', () => {
  it('leaves nothing behind but the new model', async () => {
    const model = tfl.sequential({ layers: [dense(4, 1, { inputShape: [12] }), dense(2, 3)] });
    prune(model);
    const before = tf.memory().numTensors;
    (await toSparse(model)).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('toSparse: errors', () => {
  const model = tfl.sequential({ layers: [dense(2, 1, { inputShape: [12], name: 'errs' })] });

  it('refuses a density out of range', async () => {
    for (const maxDensity of [0, 1.5, Number.NaN]) {
      await expect(toSparse(model, { maxDensity })).rejects.toThrow(
        'toSparse: options.maxDensity must be in (0, 1]',
      );
    }
  });

  it('refuses a mask of another shape', async () => {
    const masks = await MaskSet.from({ 'errs/kernel': tf.ones([2, 12]) });
    await expect(toSparse(model, { masks })).rejects.toThrow(
      'toSparse: options.masks must be of shape [12, 2] for errs/kernel, got [2, 12].',
    );
    await expect(toSparse(model, { masks: masks.toJSON() as never })).rejects.toThrow(
      'toSparse: options.masks must be a MaskSet, got [',
    );
    const others = await MaskSet.from({ 'err/kernel': tf.ones([12, 2]) });
    await expect(toSparse(model, { masks: others })).rejects.toThrow(
      "toSparse: options.masks must be of weights of the model: errs/kernel, errs/bias, got 'err/kernel'.",
    );
  });

  it('refuses a model without dense layers', async () => {
    const flat = tfl.sequential({ layers: [tfl.layers.flatten({ inputShape: [3, 2] })] });
    await expect(toSparse(flat)).rejects.toThrow('toSparse: model must be a model with Dense layers');
  });
});
