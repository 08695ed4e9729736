import { cloneThroughSave } from '@arborize/core';
import { expectNoTensorLeak } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerDendritic } from '../register-dendritic.ts';
import { maskKernel } from './mask-kernel.ts';
import { keptInputs, roundHalfEven } from './sparse-mask.ts';
import { SparseUniform } from './sparse-uniform.ts';
import { StaticSparseConv2D } from './static-sparse-conv-2d.ts';
import { StaticSparseDense } from './static-sparse-dense.ts';

beforeAll(() => registerDendritic());

describe('maskKernel', () => {
  it.each([[[1]], [[5]], [[8]], [[3, 7]], [[2, 3, 3]]])(
    'passes what the mask lets, forward and backward: %j',
    async (shape) => {
      const size = tf.util.sizeFromShape(shape);
      const kernel = tf.tensor(
        Float32Array.from({ length: size }, (_, i) => i + 1),
        shape,
      );
      const bits = Uint8Array.from({ length: size }, (_, i) => Number(i % 3 !== 1));
      const mask = tf.tensor(bits, shape, 'bool');
      const expected = Array.from(bits, (bit, i) => bit * (i + 1));
      const { value, grad } = tf.valueAndGrad((kernel) => maskKernel({ kernel, mask }, {}))(kernel, kernel);
      expect(await value.data()).toBeAllClose(expected);
      expect(await grad.data()).toBeAllClose(expected);
      await expectNoTensorLeak(() => maskKernel({ kernel, mask }, {}).dispose());
      tf.dispose([kernel, mask, value, grad]);
    },
  );
});

describe('sparse layers', () => {
  it.each([
    [
      'StaticSparseDense',
      () => new StaticSparseDense({ units: 4, sparsity: 0.5, activation: 'relu', inputShape: [2, 6] }),
    ],
    [
      'StaticSparseConv2D',
      () =>
        new StaticSparseConv2D({
          filters: 4,
          kernelSize: 3,
          padding: 'same',
          sparsity: 0.7,
          inputShape: [4, 4, 2],
        }),
    ],
  ])('%s keeps its zeros in training, and after loading', async (_, make) => {
    const model = tfl.sequential({ layers: [make()] });
    model.compile({ optimizer: tf.train.momentum(0.01, 0.9), loss: 'meanSquaredError' });
    const [kernel] = model.getWeights();
    const zeros = async (weight: tf.Tensor) => [...(await weight.data())].map((value) => value === 0);
    const masked = await zeros(kernel!);
    const shape = model.inputs[0]!.shape.with(0, 3) as number[];
    const [x, y] = [tf.randomNormal(shape), tf.randomNormal(model.outputs[0]!.shape.with(0, 3) as number[])];
    await expectNoTensorLeak(() => model.trainOnBatch(x, y));
    expect(await zeros(model.getWeights()[0]!)).toEqual(masked);
    const [inputs, outputs] = [kernel!.size / 4, 4];
    const sparsity = inputs === 6 ? 0.5 : 0.7;
    const kept = masked.filter((zero) => !zero).length;
    expect(kept).toBe(outputs * keptInputs(sparsity, inputs));

    const copy = await cloneThroughSave(model);
    const [expected, actual] = [model, copy].map((each) => each.predict(x) as tf.Tensor);
    expect(await actual!.data()).toEqual(await expected!.data());
    copy.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await copy.trainOnBatch(x, y);
    expect(await zeros(copy.getWeights()[0]!)).toEqual(masked);
    model.dispose();
    copy.dispose();
    tf.dispose([x, y, expected!, actual!]);
  });

  it('hold also for weights that were set', async () => {
    const layer = new StaticSparseDense({ units: 2, sparsity: 0.5, useBias: false, seed: 1 });
    layer.apply(tfl.input({ shape: [4] }));
    const [, mask] = layer.getWeights();
    layer.setWeights([tf.ones([4, 2]), mask!]);
    const y = layer.call(tf.ones([1, 4]), {});
    expect(await y.data()).toBeAllClose([2, 2]);
    y.dispose();
    layer.dispose();
  });

  it('are the same for the same seed', async () => {
    const kernel = async (seed: number) => {
      const layer = new StaticSparseDense({ units: 5, sparsity: 0.5, seed });
      layer.apply(tfl.input({ shape: [7] }));
      const values = await layer.getWeights()[0]!.data();
      layer.dispose();
      return values;
    };
    expect(await kernel(3)).toEqual(await kernel(3));
    expect(await kernel(3)).not.toEqual(await kernel(4));
  });
});

describe('SparseUniform: closed form', () => {
  it.each([
    [784, 1, 0.050508],
    [2048, 0.05, 0.139754],
  ])('is bounded by the published values for %d inputs', async (inputs, inputDensity, bound) => {
    const w = new SparseUniform({ sparsity: 0.5, inputDensity, seed: 1 }).apply([inputs, 20]);
    const largest = tf.max(tf.abs(w));
    const value = (await largest.data())[0]!;
    expect(value).toBeLessThanOrEqual(bound + 1e-6);
    expect(value).toBeGreaterThan(0.99 * bound);
    tf.dispose([w, largest]);
  });

  it('refuses fractions out of range', () => {
    expect(() => new SparseUniform({ sparsity: 1 })).toThrow(
      'options.sparsity must be a fraction in [0, 1), got 1.',
    );
    expect(() => new SparseUniform({ inputDensity: 0 })).toThrow('SparseUniform');
    expect(() => new StaticSparseDense({ units: 1, inputDensity: 2 })).toThrow(
      'StaticSparseDense: options.inputDensity must be a fraction in (0, 1], got 2.',
    );
  });
});

describe('rounding', () => {
  it('takes the even one of two equally near', () => {
    expect([2.5, 3.5, 102.4, 0.5].map(roundHalfEven)).toEqual([2, 4, 102, 0]);
  });
});
