import { describeOp, expectNoTensorLeak } from '@arborize/core/testing';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { dropConnectMoments } from './drop-connect-moments.ts';
import {
  type GaussianActivationOptions,
  gaussianActivationMean,
  gaussianActivationMoments,
} from './gaussian-activation.ts';
import { CASE } from './testing.ts';

const MEAN = [1, -0.45, -0.7, 0.5];
const VARIANCE = [0.525, 0.1225, 0.33, 0.585];
const mean = (activation: string, options?: GaussianActivationOptions) =>
  gaussianActivationMean(MEAN, VARIANCE, activation, options).data();

/** ∫ f(u)·N(u; m, v) du by the trapezium rule, exact to far beyond float32. */
function integral(f: (u: number) => number, m: number, v: number): number {
  const s = Math.sqrt(v);
  let sum = 0;
  for (let z = -9; z <= 9; z += 0.001) sum += f(m + s * z) * Math.exp(-0.5 * z * z);
  return (sum * 0.001) / Math.sqrt(2 * Math.PI);
}

const sigmoid = (u: number) => 1 / (1 + Math.exp(-u));

for (const [name, f] of [
  ['relu', (u: number) => Math.max(u, 0)],
  ['leakyRelu', (u: number) => Math.max(u, 0.2 * u)],
] as const) {
  // The variance goes in as a square, which is never negative.
  describeOp(`gaussianActivationMean of ${name}`, {
    op: (m, root) => tf.tidy(() => gaussianActivationMean(m!, tf.square(root!), name)),
    float64: (m, root) => ({
      shape: m!.shape,
      values: m!.values.map((value, i) => integral(f, value, root!.values[i]! ** 2)),
    }),
    shapes: [
      [
        [3, 2],
        [3, 2],
      ],
      [[4], [4]],
    ],
    sample: (random) => random.uniform(0.3, 1.5) * (random.integer(2) === 0 ? -1 : 1),
    // The error function of TensorFlow.js is right to about 1e-6.
    tolerance: () => ({ absolute: 1e-4, relative: 1e-3 }),
  });
}

describe('gaussianActivationMean: closed form', () => {
  it('relu', async () => {
    expect(await mean('relu')).toBeAllClose([1.027753, 0.016425, 0.031022, 0.618105], {
      absolute: 3e-6,
      relative: 1e-5,
    });
    const { mean: m, variance: v } = dropConnectMoments(CASE.x, CASE.kernel, {
      bias: CASE.bias,
      scaling: 'paper',
      maskBias: false,
    });
    const unmasked = await gaussianActivationMean(m, v, 'relu').data();
    expect(unmasked).toBeAllClose([1.073581, 0.007093, 0.036568, 0.543652], {
      absolute: 3e-6,
      relative: 1e-5,
    });
  });

  it('sigmoid and tanh, as probits and by quadrature', async () => {
    const close = { absolute: 3e-6, relative: 1e-5 };
    expect(await mean('sigmoid')).toBeAllClose([0.713109, 0.391848, 0.341049, 0.61085], close);
    expect(await mean('tanh')).toBeAllClose([0.629327, -0.39025, -0.513949, 0.346047], close);
    const quadrature = { method: 'quadrature' } as const;
    expect(await mean('sigmoid', quadrature)).toBeAllClose([0.710739, 0.392413, 0.342682, 0.608963], close);
    expect(await mean('tanh', quadrature)).toBeAllClose([0.627145, -0.385695, -0.507822, 0.338532], close);
  });

  it('linear, and softmax of the mean', async () => {
    expect(await mean('linear')).toBeAllClose(MEAN);
    const rows = tf.tensor2d(MEAN, [2, 2]);
    const spread = tf.tensor2d(VARIANCE, [2, 2]);
    const y = gaussianActivationMean(rows, spread, 'softmax');
    expect(await y.data()).toBeAllClose(await tf.softmax(rows).data());
  });

  it('any other activation and any function, by quadrature', async () => {
    const elu = MEAN.map((m, i) => integral((u) => (u > 0 ? u : Math.expm1(u)), m, VARIANCE[i]!));
    expect(await mean('elu')).toBeAllClose(elu, { absolute: 2e-4, relative: 1e-3 });
    const square = gaussianActivationMean(MEAN, VARIANCE, tf.square);
    expect(await square.data()).toBeAllClose(MEAN.map((m, i) => m * m + VARIANCE[i]!));
  });

  it('by samples, after the activation, the same ones for the same seed', async () => {
    const options = { method: 'sample', samples: 4000, seed: 5 } as const;
    const sampled = await mean('relu', options);
    for (const [i, exact] of [1.027753, 0.016425, 0.031022, 0.618105].entries()) {
      const deviation = Math.sqrt([0.452496, 0.0045, 0.01412, 0.361861][i]!);
      expect(Math.abs(sampled[i]! - exact)).toBeLessThan((5 * deviation) / Math.sqrt(4000));
    }
    expect(await mean('relu', options)).toEqual(sampled);
    expect(await mean('relu', { ...options, seed: 6 })).not.toEqual(sampled);
    // More samples than are drawn at a time, of whole rows.
    const rows = tf.zeros([2, 3]);
    const y = gaussianActivationMean(rows, tf.onesLike(rows), 'softmax', { method: 'sample', samples: 200 });
    expect(await tf.sum(y, 1).data()).toBeAllClose([1, 1]);
  });
});

describe('gaussianActivationMoments: closed form', () => {
  it('relu', async () => {
    const { mean, variance } = gaussianActivationMoments(MEAN, VARIANCE, 'relu');
    const close = { absolute: 1e-5, relative: 1e-4 };
    expect(await mean.data()).toBeAllClose([1.027753, 0.016425, 0.031022, 0.618105], close);
    expect(await variance.data()).toBeAllClose([0.452496, 0.0045, 0.01412, 0.361861], close);
  });

  it.each([
    ['linear', (u: number) => u],
    ['leakyRelu', (u: number) => Math.max(u, 0.2 * u)],
    ['sigmoid', sigmoid],
    ['tanh', Math.tanh],
  ] as const)('%s', async (name, f) => {
    const { variance } = gaussianActivationMoments(MEAN, VARIANCE, name);
    const expected = MEAN.map(
      (m, i) => integral((u) => f(u) ** 2, m, VARIANCE[i]!) - integral(f, m, VARIANCE[i]!) ** 2,
    );
    expect(await variance.data()).toBeAllClose(expected, { absolute: 1e-5, relative: 1e-3 });
  });
});

describe('gaussianActivationMean: gradient', () => {
  it('of the moments, through to the kernel', async () => {
    const du = tf.tensor2d([
      [1, -1],
      [0.5, 2],
    ]);
    const f = (kernel: Tensor) => {
      const moments = dropConnectMoments(CASE.x, kernel, { bias: CASE.bias, scaling: 'paper' });
      return tf.sum(tf.mul(du, gaussianActivationMean(moments.mean, moments.variance, 'relu')));
    };
    const gradient = tf.grad(f)(tf.tensor2d(CASE.kernel));
    expect(await gradient.data()).toBeAllClose(
      [0.484739, 0.350854, 1.065973, -0.871438, -0.501971, 3.165154],
      { absolute: 1e-5, relative: 1e-4 },
    );
  });

  it('of mean and variance', async () => {
    const f = (m: Tensor, v: Tensor) => tf.sum(gaussianActivationMean(m, v, 'relu'));
    const [dm, dv] = tf.grads(f)([tf.tensor1d(MEAN), tf.tensor1d(VARIANCE)]);
    const close = { absolute: 3e-6, relative: 1e-4 };
    expect(await dm!.data()).toBeAllClose([0.916227, 0.099271, 0.111509, 0.743354], close);
    expect(await dv!.data()).toBeAllClose([0.106215, 0.249376, 0.165269, 0.210622], close);
  });
});

describe('gaussianActivationMean: edges', () => {
  it.each(['relu', 'leakyRelu', 'sigmoid', 'tanh', 'elu'])(
    'is %s of the mean where the variance is 0, with finite gradients',
    async (name) => {
      const values = [1.5, -0.25, 0];
      const y = gaussianActivationMean(values, [0, 0, 0], name);
      const f = {
        relu: (u: number) => Math.max(u, 0),
        leakyRelu: (u: number) => Math.max(u, 0.2 * u),
        sigmoid,
        tanh: Math.tanh,
        elu: (u: number) => (u > 0 ? u : Math.expm1(u)),
      }[name]!;
      expect(await y.data()).toBeAllClose(values.map(f));
      const gradients = tf.grads((m, v) => gaussianActivationMean(m!, v!, name))([
        tf.tensor1d(values),
        tf.zeros([3]),
      ]);
      for (const gradient of gradients) expect((await gradient.data()).every(Number.isFinite)).toBe(true);
    },
  );

  it('leaves no tensor behind', async () => {
    const [m, v] = [tf.tensor1d(MEAN), tf.tensor1d(VARIANCE)];
    await expectNoTensorLeak(() => {
      for (const method of ['closed', 'quadrature', 'sample'] as const) {
        gaussianActivationMean(m, v, 'relu', { method, samples: 10 }).dispose();
      }
      tf.dispose(gaussianActivationMoments(m, v, 'tanh') as unknown as tf.NamedTensorMap);
      tf.dispose(tf.grads((m, v) => gaussianActivationMean(m!, v!, 'relu'))([m, v]));
    });
    tf.dispose([m, v]);
  });
});

describe('gaussianActivationMean: errors', () => {
  it.each([
    [() => gaussianActivationMean(MEAN, [1], 'relu'), 'variance must be of shape [4], like mean'],
    [() => mean('relu', { samples: 0 }), 'options.samples must be a positive integer, got 0.'],
    [
      () => mean('relu', { method: 'exact' as 'closed' }),
      "options.method must be 'closed' or 'quadrature' or 'sample'",
    ],
    [
      () => mean('softmax', { method: 'quadrature' }),
      "options.method must be 'sample' for an activation of whole rows",
    ],
    [() => gaussianActivationMean(MEAN, VARIANCE, 3 as unknown as string), 'activation must be the name'],
  ])('refuses %s', (call, message) => {
    expect(call).toThrow(`gaussianActivationMean: ${message}`);
  });

  it('refuses the moments of a softmax that is not sampled', () => {
    expect(() => gaussianActivationMoments(MEAN, VARIANCE, 'softmax')).toThrow(
      "gaussianActivationMoments: options.method must be 'sample'",
    );
  });
});
