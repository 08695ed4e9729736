import { array64, describeOp, expectNoTensorLeak } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { dropConnectGaussian } from './drop-connect-gaussian.ts';
import { dropConnectMatMul } from './drop-connect-mat-mul.ts';
import { dropConnectMoments } from './drop-connect-moments.ts';
import { gaussianActivationMean } from './gaussian-activation.ts';
import { spread } from './spread.ts';
import { CASE } from './testing.ts';

const { x, kernel, bias } = CASE;

describe('dropConnectMoments: closed form', () => {
  it.each([
    ['bias masked', { scaling: 'paper' }, [1, -0.45, -0.7, 0.5], [0.525, 0.1225, 0.33, 0.585]],
    [
      'bias not masked',
      { scaling: 'paper', maskBias: false },
      [1.05, -0.55, -0.65, 0.4],
      [0.5225, 0.1125, 0.3275, 0.575],
    ],
    ['inverted', {}, [2, -0.9, -1.4, 1], [2.1, 0.49, 1.32, 2.34]],
  ] as const)('p = 0.5, %s', async (_, options, mean, variance) => {
    const moments = dropConnectMoments(x, kernel, { bias, ...options });
    expect(await moments.mean.data()).toBeAllClose(mean);
    expect(await moments.variance.data()).toBeAllClose(variance);
  });

  it('p = 0.8, as rounded to 1/65536', async () => {
    const moments = dropConnectMoments(x, kernel, { bias, scaling: 'paper', rate: 0.2 });
    const rounding = { absolute: 2e-5, relative: 1e-3 };
    expect(await moments.mean.data()).toBeAllClose([1.6, -0.72, -1.12, 0.8], rounding);
    expect(await moments.variance.data()).toBeAllClose([0.336, 0.0784, 0.2112, 0.3744], rounding);
  });

  it('is the mean and variance over all 16 masks of an output', async () => {
    for (const row of x) {
      for (const n of [0, 1]) {
        const terms = [...row.map((value, m) => value * kernel[m]![n]!), bias[n]!];
        const sums = Array.from({ length: 16 }, (_, mask) =>
          terms.reduce((sum, term, bit) => sum + ((mask >> bit) & 1) * term, 0),
        );
        const mean = sums.reduce((a, b) => a + b) / 16;
        const variance = sums.reduce((sum, u) => sum + (u - mean) ** 2, 0) / 16;
        const moments = dropConnectMoments([row], kernel, { bias, scaling: 'paper' });
        expect((await moments.mean.data())[n]).toBeCloseTo(mean, 4);
        expect((await moments.variance.data())[n]).toBeCloseTo(variance, 4);
      }
    }
  });

  it('is near the mean ReLU over all 16 masks, which is known', async () => {
    const exact = x.flatMap((row) =>
      [0, 1].map((n) => {
        const terms = [...row.map((value, m) => value * kernel[m]![n]!), bias[n]!];
        const sums = Array.from({ length: 16 }, (_, mask) =>
          terms.reduce((sum, term, bit) => sum + ((mask >> bit) & 1) * term, 0),
        );
        return sums.reduce((sum, u) => sum + Math.max(u, 0), 0) / 16;
      }),
    );
    expect(exact).toBeAllClose([1, 0.0125, 0.025, 0.625], { absolute: 1e-6, relative: 0 });
    const { mean, variance } = dropConnectMoments(x, kernel, { bias, scaling: 'paper' });
    const normal = await gaussianActivationMean(mean, variance, 'relu').data();
    expect(normal).toBeAllClose(exact, { absolute: 0.028, relative: 0 });
    // What the masks of a product come to.
    const count = 20_000;
    const rows = tf.tile(tf.tensor2d(x), [count, 1]);
    const u = tf.relu(dropConnectMatMul(rows, kernel, { seed: 4, bias, scaling: 'paper' }));
    const means = await tf.mean(tf.reshape(u, [count, 4]), 0).data();
    for (const [i, value] of exact.entries()) {
      expect(Math.abs(means[i]! - value)).toBeLessThan(4 * Math.sqrt(0.46 / count));
    }
  });

  it('has no variance at rate 0', async () => {
    const { mean, variance } = dropConnectMoments(x, kernel, { bias, rate: 0 });
    expect(await mean.data()).toBeAllClose([2, -0.9, -1.4, 1]);
    expect(await variance.data()).toBeAllClose([0, 0, 0, 0]);
  });
});

describeOp('spread', {
  op: (x, kernel, bias) => spread({ x: x!, kernel: kernel!, bias: bias! }, {}),
  float64: (x, kernel, bias) => {
    const [batch, inputs] = x!.shape as [number, number];
    const outputs = kernel!.shape[1]!;
    const s = Float64Array.from({ length: batch * outputs }, (_, at) => {
      const [i, n] = [Math.floor(at / outputs), at % outputs];
      let sum = bias!.values[n]! ** 2;
      for (let m = 0; m < inputs; m++) {
        sum += (x!.values[i * inputs + m]! * kernel!.values[m * outputs + n]!) ** 2;
      }
      return Math.sqrt(sum);
    });
    return array64([batch, outputs], s);
  },
  shapes: [
    [[2, 3], [3, 4], [4]],
    [[1, 1], [1, 1], [1]],
  ],
  // The root bends sharply near 0.
  sample: (random) => random.uniform(0.3, 1.5) * (random.integer(2) === 0 ? -1 : 1),
});

describe('dropConnectGaussian', () => {
  it('has the moments of the masks', async () => {
    const count = 4000;
    const rows = tf.tile(tf.tensor2d([x[0]!]), [count, 1]);
    const options = { bias, rate: 0.3 };
    const sampled = tf.moments(dropConnectGaussian(rows, kernel, { ...options, seed: 3 }), 0);
    const moments = dropConnectMoments([x[0]!], kernel, options);
    const [mean, variance] = [await moments.mean.data(), await moments.variance.data()];
    const [means, variances] = [await sampled.mean.data(), await sampled.variance.data()];
    for (const n of [0, 1]) {
      expect(Math.abs(means[n]! - mean[n]!)).toBeLessThan(4 * Math.sqrt(variance[n]! / count));
      expect(Math.abs(variances[n]! - variance[n]!)).toBeLessThan(5 * variance[n]! * Math.sqrt(2 / count));
    }
  });

  it('has the gradients of its formula', async () => {
    const p = 0.5;
    const tensors = [tf.tensor2d(x), tf.tensor2d(kernel), tf.tensor1d(bias)];
    const du = tf.tensor2d([
      [1, -1],
      [0.5, 2],
    ]);
    const op = (x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor) =>
      dropConnectGaussian(x, kernel, { bias, rate: 1 - p, seed: 8 });
    const [dx, dw, db] = tf.grads(op as (...args: tf.Tensor[]) => tf.Tensor)(tensors, du);
    // ε = (u − mean)/s; the gradient of the variance is du·ε/(2s).
    const { mean, variance } = dropConnectMoments(x, kernel, { bias, rate: 1 - p });
    const noise = tf.div(
      tf.sub(op(...(tensors as [tf.Tensor, tf.Tensor, tf.Tensor])), mean),
      tf.sqrt(variance),
    );
    const gv = tf.mul(tf.div(tf.mul(du, noise), tf.mul(tf.sqrt(variance), 2)), (1 - p) / p) as tf.Tensor2D;
    const [xs, w, b] = tensors as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D];
    const ofKernel = tf.add(
      tf.matMul(xs, du, true),
      tf.mul(tf.mul(w, 2), tf.matMul(tf.square(xs), gv, true)),
    );
    const ofInput = tf.add(
      tf.matMul(du, w, false, true),
      tf.mul(tf.mul(xs, 2), tf.matMul(gv, tf.square(w), false, true)),
    );
    const ofBias = tf.add(tf.sum(du, 0), tf.mul(tf.mul(b, 2), tf.sum(gv, 0)));
    for (const [actual, expected] of [
      [dx, ofInput],
      [dw, ofKernel],
      [db, ofBias],
    ]) {
      expect(await actual!.data()).toBeAllClose(await expected!.data(), { absolute: 1e-4, relative: 1e-3 });
    }
  });

  it('has the second derivatives of its parts', async () => {
    const [rows, weights] = [tf.tensor2d(x), tf.tensor2d(kernel)];
    const options = { bias, rate: 0.3, seed: 8 };
    const { mean, variance } = dropConnectMoments(rows, weights, options);
    const noise = tf.div(tf.sub(dropConnectGaussian(rows, weights, options), mean), tf.sqrt(variance));
    const ofParts = (k: tf.Tensor) => {
      const moments = dropConnectMoments(rows, k, options);
      return tf.add(moments.mean, tf.mul(tf.sqrt(moments.variance), noise));
    };
    const [second, expected] = [(k: tf.Tensor) => dropConnectGaussian(rows, k, options), ofParts].map((u) => {
      const first = tf.grad((k: tf.Tensor) => tf.sum(tf.square(u(k))));
      return tf.grad((k: tf.Tensor) => tf.sum(tf.square(first(k))))(weights);
    });
    expect(await second!.data()).toBeAllClose(await expected!.data(), { absolute: 1e-2, relative: 2e-3 });
  });

  it('gives each example noise of its own, the same for the same seed', async () => {
    const rows = [x[0]!, x[0]!];
    const [u, again, other] = await Promise.all(
      [1, 1, 2].map((seed) => dropConnectGaussian(rows, kernel, { seed }).data()),
    );
    expect(again).toEqual(u);
    expect(other).not.toEqual(u);
    expect(u!.slice(0, 2)).not.toEqual(u!.slice(2));
  });

  it('keeps rows of zeros at 0, gradients included', async () => {
    const gradients = tf.grads((x, kernel) => dropConnectGaussian(x!, kernel!, { seed: 3 }));
    const [dx, dw] = gradients([tf.zeros([2, 3]), tf.tensor2d(kernel)]);
    for (const gradient of [dx!, dw!]) expect((await gradient.data()).every(Number.isFinite)).toBe(true);
    const u = dropConnectGaussian(tf.zeros([2, 3]), kernel, { seed: 3 });
    expect(await u.data()).toBeAllClose([0, 0, 0, 0]);
  });

  it('memory: leaves no tensor behind', async () => {
    const [rows, weights] = [tf.tensor2d(x), tf.tensor2d(kernel)];
    await expectNoTensorLeak(() => {
      tf.dispose(tf.grads((x, w) => dropConnectGaussian(x!, w!, { seed: 1 }))([rows, weights]));
      tf.dispose(dropConnectMoments(rows, weights) as unknown as tf.NamedTensorMap);
    });
    tf.dispose([rows, weights]);
  });
});

describe('moments: errors', () => {
  it.each([
    [() => dropConnectMoments(x, kernel, { rate: -0.1 }), 'dropConnectMoments: options.rate must be'],
    [() => dropConnectMoments(x, [[1, 2]]), 'dropConnectMoments: x must be of shape [batch, 1]'],
    [() => dropConnectGaussian(x, kernel, { seed: Number.NaN }), 'dropConnectGaussian: options.seed must be'],
    [() => dropConnectMatMul(x, kernel, { rate: Number.NaN }), 'dropConnectMatMul: options.rate must be'],
  ])('refuses %s', (call, message) => {
    expect(call).toThrow(message);
  });
});
