import { expectNoTensorLeak } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, model as makeModel, metrics } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { noise64, toTensor } from '../testing/noise.ts';
import { skipElsewhere } from '../testing/skip-elsewhere.ts';
import { crossentropy } from './crossentropy.ts';

skipElsewhere();

const EPSILON = 1e-7;
const tolerance = { absolute: 1e-5, relative: 1e-5 };
const fused = (target: tf.Tensor, output: tf.Tensor) =>
  crossentropy({ target, output }, { epsilon: EPSILON });
/** The loss of tfjs-layers, as it is composed there. */
const stock = (target: tf.Tensor, output: tf.Tensor) => metrics.categoricalCrossentropy(target, output);

describe('categorical cross-entropy', () => {
  it('closed form', async () => {
    const [target, output] = [tf.tensor2d([[0, 1, 0]]), tf.tensor2d([[1, 2, 1]])];
    expect(await fused(target, output).data()).toBeAllClose([Math.LN2], tolerance);
    const gradient = tf.grad((x) => fused(target, x))(output);
    expect(await gradient.data()).toBeAllClose([0.25, -0.25, 0.25], tolerance);
  });

  it.each([[[4, 10]], [[3, 1]], [[2, 5, 7]], [[1, 4]], [[0, 3]]])(
    'against reference: soft targets, outputs of any sum, %j',
    async (shape) => {
      const target = tf.abs(toTensor(noise64(shape, 1)));
      const output = tf.softmax(toTensor(noise64(shape, 2)));
      const unscaled = tf.mul(output, 1.5);
      const dy = toTensor(noise64(shape.slice(0, -1), 3));
      for (const x of [output, unscaled]) {
        expect(await fused(target, x).data()).toBeAllClose(await stock(target, x).data(), tolerance);
        const [actual, expected] = [fused, stock].map((loss) => tf.grads(loss)([target, x], dy));
        for (const i of [0, 1]) {
          expect(await actual![i]!.data()).toBeAllClose(await expected![i]!.data(), tolerance);
        }
      }
    },
  );

  it('edges: sure outputs, right and wrong, are kept from the logarithm of 0, and have no gradient', async () => {
    const output = tf.tensor2d([
      [1, 0],
      [0, 1],
      [1 - 1e-8, 1e-8],
    ]);
    const target = tf.tensor2d([
      [1, 0],
      [1, 0],
      [0, 1],
    ]);
    const dy = tf.ones([3]);
    expect(await fused(target, output).data()).toBeAllClose(await stock(target, output).data(), tolerance);
    const [actual, expected] = [fused, stock].map((loss) => tf.grad((x) => loss(target, x))(output, dy));
    expect(await actual!.data()).toBeAllClose(await expected!.data(), tolerance);
  });

  it('edges: NaN stays NaN', async () => {
    const target = tf.tensor2d([
      [1, 0],
      [1, 0],
    ]);
    const values = await fused(target, tf.tensor2d([0.5, 0.5, 0.5, Number.NaN], [2, 2])).data();
    expect([...values].map(Number.isNaN)).toEqual([false, true]);
  });

  it('memory', async () => {
    const [target, output] = [tf.ones([3, 4]), tf.fill([3, 4], 0.25)];
    await expectNoTensorLeak(() =>
      tf
        .grad((x) => fused(target, x))(output)
        .dispose(),
    );
    tf.dispose([target, output]);
  });
});

describe('softmax: gradient', () => {
  const compose = (x: tf.Tensor) => {
    const e = tf.exp(tf.sub(x, tf.max(x, -1, true)));
    return tf.div(e, tf.sum(e, -1, true));
  };

  it.each([[[3, 10]], [[2, 3, 5]], [[6]], [[4, 1]]])('against reference, %j', async (shape) => {
    const [x, dy] = [toTensor(noise64(shape, 1)), toTensor(noise64(shape, 2))];
    const [actual, expected] = [tf.softmax, compose].map((f) => tf.grad((t) => f(t))(x, dy));
    expect(await actual!.data()).toBeAllClose(await expected!.data(), tolerance);
  });

  it('has a gradient of its own with respect to that of its output, all that TensorFlow.js can follow', async () => {
    const [x, dy, ddx] = [1, 2, 3].map((seed) => toTensor(noise64([2, 5], seed)));
    const [actual, expected] = [tf.softmax, compose].map((f) =>
      tf.grad((d) => tf.grad((t) => f(t))(x!, d))(dy!, ddx!),
    );
    expect(await actual!.data()).toBeAllClose(await expected!.data(), tolerance);
  });
});

describe('models compiled with it', () => {
  function classifier(outputs: number): LayersModel {
    const x = input({ shape: [4] });
    const heads = Array.from({ length: outputs }, (_, i) => {
      const kernelInitializer = { className: 'Ones', config: {} } as never;
      return layers.dense({ units: 3, activation: 'softmax', name: `head${i}`, kernelInitializer }).apply(x);
    });
    return makeModel({ inputs: x, outputs: heads as ReturnType<typeof input>[] });
  }

  it.each([
    ['a name', 1, 'categoricalCrossentropy'],
    ['a list', 2, ['categoricalCrossentropy', 'meanSquaredError']],
    ['names of outputs', 2, { head0: 'meanSquaredError', head1: 'categoricalCrossentropy' }],
  ] as const)('train as with the stock loss: %s', async (_, outputs, loss) => {
    const x = toTensor(noise64([6, 4], 1));
    const y = Array.from({ length: outputs }, () => tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32'), 3));
    const run = async (given: unknown) => {
      const model = classifier(outputs);
      model.compile({ optimizer: tf.train.sgd(0.5), loss: given as string, metrics: ['accuracy'] });
      const steps = [];
      for (let i = 0; i < 3; i++) steps.push(...[await model.trainOnBatch(x, y)].flat());
      model.dispose();
      return steps as number[];
    };
    const asFunction = (each: string) =>
      each === 'categoricalCrossentropy' ? stock : metrics.meanSquaredError;
    const functions = typeof loss === 'string' ? asFunction(loss) : Object.values(loss).map(asFunction);
    expect(await run(structuredClone(loss))).toBeAllClose(await run(functions), tolerance);
    tf.dispose([x, ...y]);
  });
});

describe('gradient of a mean', () => {
  it.each([[[7]], [[3, 5]], [[1, 1]], [[2, 0]]])(
    'against reference: over all of %j, and its gradient',
    async (shape) => {
      const x = toTensor(noise64(shape, 1));
      const dy = tf.scalar(1.7);
      const count = tf.util.sizeFromShape(shape);
      const gradient = await tf
        .grad((x) => tf.mean(x))(x, dy)
        .data();
      expect(gradient).toEqual(new Float32Array(count).fill(Math.fround(Math.fround(1.7) / count)));
      // The sum of squares of the gradient of mean(x²): Σ 4x²/n².
      const slopes = (x: tf.Tensor) =>
        tf.sum(tf.square(tf.grad((z) => tf.mean(tf.square(z)))(x))) as tf.Tensor;
      const expected = (await x.data()).map((value) => (8 * value) / count ** 2);
      expect(await tf.grad(slopes)(x).data()).toBeAllClose(expected, tolerance);
    },
  );

  it('against reference: over one axis, of one number, and with respect to dy', async () => {
    const x = toTensor(noise64([3, 4], 1));
    const rows = await tf
      .grad((x) => tf.mean(x, 1))(x, tf.tensor1d([4, 8, -4]))
      .data();
    expect([...rows]).toEqual([1, 1, 1, 1, 2, 2, 2, 2, -1, -1, -1, -1]);
    const one = await tf
      .grad((x) => tf.mean(x, 1, true))(tf.ones([1, 4]), tf.tensor2d([[8]]))
      .data();
    expect([...one]).toEqual([2, 2, 2, 2]);
    const scale = (s: tf.Tensor) => tf.sum(tf.grad((x) => tf.mul(s, tf.mean(x)))(x));
    expect(await tf.grad(scale)(tf.scalar(3)).data()).toBeAllClose([1], tolerance);
  });
});
