import { type Array64, array64, describeOp } from '@arborize/core/testing';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { bernoulliWords, biasSeed } from './bernoulli-words.ts';
import { dropConnectMatMul } from './drop-connect-mat-mul.ts';
import { dropConnectMoments } from './drop-connect-moments.ts';
import { CASE, explicitMask } from './testing.ts';

const SEED = 11;

/** The product with explicit masks, in plain loops. */
function masked64(keep: number, scale: number) {
  return (x: Array64, kernel: Array64): Array64 => {
    const [batch, inputs] = x.shape as [number, number];
    const outputs = kernel.shape[1]!;
    const mask = explicitMask(batch, inputs, outputs, keep, SEED);
    const u = new Float64Array(batch * outputs);
    for (let i = 0; i < batch; i++) {
      for (let n = 0; n < outputs; n++) {
        for (let m = 0; m < inputs; m++) {
          const product = x.values[i * inputs + m]! * kernel.values[m * outputs + n]!;
          u[i * outputs + n]! += scale * mask(i, m, n) * product;
        }
      }
    }
    return array64([batch, outputs], u);
  };
}

for (const rate of [0.5, 0.25, 0.3]) {
  // 0.3 takes all of 16 random bits.
  const keep = Math.round((1 - rate) * 65536) / 65536;
  describeOp(`dropConnectMatMul, rate ${rate}`, {
    op: (x, kernel) => dropConnectMatMul(x!, kernel!, { rate, seed: SEED }),
    float64: (x, kernel) => masked64(keep, 1 / keep)(x!, kernel!),
    // Sums of a hundred terms stay within the tolerance of float32.
    sample: (random) => random.normal(0, 0.5),
    shapes: [
      [
        [5, 7],
        [7, 6],
      ],
      [
        [1, 1],
        [1, 1],
      ],
      [
        [3, 33],
        [33, 5],
      ],
      [
        [37, 64],
        [64, 18],
      ],
      [
        [9, 100],
        [100, 35],
      ],
    ],
  });
}

describe('dropConnectMatMul: closed form', () => {
  it('drops what the words of seed 42 drop', async () => {
    const u = dropConnectMatMul(CASE.x, CASE.kernel, { seed: 42, scaling: 'paper' });
    // Bits (1, 0, 1) for both outputs of the first example, (1, 1, 0) and none for the second.
    expect(await u.data()).toBeAllClose([0.5, -0.9, -0.6, 0]);
    const inverted = dropConnectMatMul(CASE.x, CASE.kernel, { seed: 42 });
    expect(await inverted.data()).toBeAllClose([1, -1.8, -1.2, 0]);
  });

  it('has masks for biases, too, or adds them as they are', async () => {
    const words = bernoulliWords([2, 1], 0.5, biasSeed(42));
    const kept = (i: number, n: number) => (words[i]! >>> n) & 1;
    const bias = CASE.bias;
    const u = dropConnectMatMul(CASE.x, CASE.kernel, { seed: 42, scaling: 'paper', bias });
    expect(await u.data()).toBeAllClose([
      0.5 + kept(0, 0) * 0.1,
      -0.9 - kept(0, 1) * 0.2,
      -0.6 + kept(1, 0) * 0.1,
      -kept(1, 1) * 0.2,
    ]);
    for (const scaling of ['paper', 'inverted'] as const) {
      const s = scaling === 'paper' ? 1 : 2;
      const plain = dropConnectMatMul(CASE.x, CASE.kernel, { seed: 42, scaling, bias, maskBias: false });
      expect(await plain.data()).toBeAllClose([s * 0.5 + 0.1, s * -0.9 - 0.2, s * -0.6 + 0.1, -0.2]);
    }
  });

  it('has the gradients of the masks that were drawn', async () => {
    // Masks of the closed form, tried until a seed has them: 12 bits of weights and 4 of biases.
    const masks = {
      0: [
        [1, 0],
        [0, 1],
        [1, 1],
      ],
      1: [
        [1, 1],
        [1, 0],
        [0, 1],
      ],
    } as const;
    let seed = 0;
    const hasMasks = () => {
      const mask = explicitMask(2, 3, 2, 0.5, seed);
      return ([0, 1] as const).every((i) =>
        masks[i].every((row, m) => row.every((bit, n) => bit === mask(i, m, n))),
      );
    };
    const biasWords = () => bernoulliWords([2, 1], 0.5, biasSeed(seed));
    while (!(hasMasks() && (biasWords()[0]! & 3) === 1 && (biasWords()[1]! & 3) === 2)) seed++;

    const u = dropConnectMatMul(CASE.x, CASE.kernel, { seed, scaling: 'paper', bias: CASE.bias });
    expect(await u.data()).toBeAllClose([0.6, -0.3, -0.6, 1.1]);
    const inverted = dropConnectMatMul(CASE.x, CASE.kernel, { seed, bias: CASE.bias });
    expect(await inverted.data()).toBeAllClose([1.2, -0.6, -1.2, 2.2]);

    const gradients = tf.grads((x, kernel, bias) =>
      dropConnectMatMul(x!, kernel!, { seed, scaling: 'paper', bias: bias! }),
    )(
      [tf.tensor2d(CASE.x), tf.tensor2d(CASE.kernel), tf.tensor1d(CASE.bias)],
      tf.tensor2d([
        [1, -1],
        [0.5, 2],
      ]),
    );
    const [dx, dw, db] = await Promise.all(gradients.map((gradient) => gradient.data()));
    expect(dx!).toBeAllClose([0.2, -0.1, -0.8, -0.7, 0.35, 1]);
    expect(dw!).toBeAllClose([1.25, 1, -0.5, -2, -1, 7]);
    expect(db!).toBeAllClose([1, 2]);
  });
});

describe('dropConnectMatMul: edges', () => {
  const x = tf.randomNormal([6, 40], 0, 1, 'float32', 1) as Tensor2D;
  const kernel = tf.randomNormal([40, 9], 0, 1, 'float32', 2) as Tensor2D;

  it('is the plain product, bit for bit, at rate 0', async () => {
    const plain = await tf.matMul(x, kernel).data();
    expect(await dropConnectMatMul(x, kernel, { rate: 0 }).data()).toEqual(plain);
  });

  it('gives equal rows masks of their own, or one for all', async () => {
    const rows = tf.tile(tf.slice(x, 0, 1), [2, 1]);
    const distinct = await tf.unstack(dropConnectMatMul(rows, kernel, { seed: 1 }));
    expect(await distinct[0]!.data()).not.toEqual(await distinct[1]!.data());
    const shared = tf.unstack(
      dropConnectMatMul(rows, kernel, { seed: 1, maskScope: 'batch', bias: tf.ones([9]) }),
    );
    expect(await shared[0]!.data()).toEqual(await shared[1]!.data());
    // The mask of a batch is that of its first example.
    const first = tf.slice(dropConnectMatMul(rows, kernel, { seed: 1, bias: tf.ones([9]) }), 0, 1);
    expect(await shared[0]!.data()).toBeAllClose(await first.data());
  });

  it('keeps rows of zeros at 0, gradients included', async () => {
    const gradients = tf.grads((x, kernel) => dropConnectMatMul(x!, kernel!, { seed: 3 }));
    const [dx, dw] = gradients([tf.zeros([2, 40]), kernel]);
    expect((await dx!.data()).every(Number.isFinite)).toBe(true);
    expect(new Set(await dw!.data())).toEqual(new Set([0]));
  });

  it('takes a batch of none and a negative seed', async () => {
    expect(dropConnectMatMul(tf.zeros([0, 40]), kernel).shape).toEqual([0, 9]);
    const [a, b] = [-1, 2 ** 32 - 1].map((seed) => dropConnectMatMul(x, kernel, { seed }));
    expect(await a!.data()).toEqual(await b!.data());
  });

  it('keeps values apart that are not numbers', async () => {
    const bad = tf.tensor2d([[Number.NaN, ...new Array(39).fill(1)], new Array(40).fill(1)]);
    const u = await dropConnectMatMul(bad, kernel, { seed: 2 }).data();
    expect(u.slice(9).every(Number.isFinite)).toBe(true);
  });

  it('has second derivatives', async () => {
    const first = (w: Tensor) => tf.grad((k) => tf.sum(tf.square(dropConnectMatMul(x, k, { seed: 5 }))))(w);
    const second = tf.grad((w) => tf.sum(tf.square(first(w))))(kernel);
    // d/dw ‖2·A'A·w‖² = 8·(A'A)²·w, and first(w) = 2·A'A·w.
    const expected = tf.mul(
      2,
      tf.grad((k) => tf.sum(tf.square(dropConnectMatMul(x, k, { seed: 5 }))))(first(kernel)),
    );
    expect(await second.data()).toBeAllClose(await expected.data(), { absolute: 0.05, relative: 1e-3 });
  });
});

describe('dropConnectMatMul: statistics', () => {
  it.each([0.5, 0.2])('has the moments of dropConnectMoments over masks, rate %d', async (rate) => {
    const count = 20_000;
    const x = tf.tile(tf.tensor2d([CASE.x[0]!]), [count, 1]);
    const bias = CASE.bias;
    const u = dropConnectMatMul(x, CASE.kernel, { rate, seed: 9, bias });
    const { mean, variance } = dropConnectMoments([CASE.x[0]!], CASE.kernel, { rate, bias });
    const [expected, spread] = [await mean.data(), await variance.data()];
    const sampled = tf.moments(u, 0);
    const [means, variances] = [await sampled.mean.data(), await sampled.variance.data()];
    for (const n of [0, 1]) {
      expect(Math.abs(means[n]! - expected[n]!)).toBeLessThan(4 * Math.sqrt(spread[n]! / count));
      expect(Math.abs(variances[n]! - spread[n]!)).toBeLessThan(0.06 * spread[n]!);
    }
  });

  it('has the expected gradient of the kernel', async () => {
    const count = 20_000;
    const [x, du] = [
      CASE.x,
      [
        [1, -1],
        [0.5, 2],
      ],
    ].map((rows) => tf.tile(tf.tensor2d(rows), [count, 1]));
    const gradient = tf.grad((k: Tensor) => dropConnectMatMul(x!, k, { seed: 6, scaling: 'paper' }));
    const mean = await tf.div(gradient(tf.tensor2d(CASE.kernel), du!), count).data();
    // The largest variance of a term is ¼·(2² + 0.5²), ¼·6² and so on.
    const deviation = Math.sqrt(0.25 * (6 ** 2 + 1) * (1 / count));
    for (const [i, expected] of [0.625, 0, 0.75, -2, 0.25, 3.5].entries()) {
      expect(Math.abs(mean[i]! - expected)).toBeLessThan(4 * deviation);
    }
  });
});

describe('dropConnectMatMul: memory', () => {
  it('never holds a mask for each example', async () => {
    const x = tf.ones([16, 300]);
    const kernel = tf.ones([300, 200]) as Tensor2D;
    const held = tf.memory().numBytes;
    const { peakBytes } = await tf.profile(() => dropConnectMatMul(x, kernel, { seed: 1 }));
    // A mask for each example would take 16 · 300 · 200 floats, 3.8 MB. Kernels make the result alone; the composition works
    // on the masks of four examples at a time.
    const hasKernel = ['cpu', 'wasm', 'webgpu'].includes(tf.getBackend());
    expect(peakBytes - held).toBeLessThan(hasKernel ? 2 * 4 * 16 * 200 : 3.5e6);
    tf.dispose([x, kernel]);
  });
});

describe('dropConnectMatMul: memory of gradients', () => {
  it('does not grow by a mask for each example', async () => {
    const kernel = tf.ones([300, 200]) as Tensor2D;
    const peak = async (batch: number) => {
      const [x, du] = [tf.ones([batch, 300]), tf.ones([batch, 200])];
      const both = tf.valueAndGrads((x, kernel) => dropConnectMatMul(x!, kernel!, { seed: 1 }));
      const held = tf.memory().numBytes;
      const { peakBytes } = await tf.profile(() => {
        const { value, grads } = both([x, kernel], du);
        tf.dispose([value, ...grads]);
        return tf.scalar(0);
      });
      tf.dispose([x, du]);
      return peakBytes - held;
    };
    const more = (await peak(64)) - (await peak(16));
    // 48 examples have 48 · (300 + 200) inputs and outputs, of several kinds; their masks would have 48 · 300 · 200 elements.
    expect(more).toBeLessThan(5 * 4 * 48 * 500);
    kernel.dispose();
  });
});

describe('dropConnectMatMul: errors', () => {
  const { x, kernel } = CASE;
  it.each([
    [() => dropConnectMatMul(x, kernel, { rate: 1 }), 'options.rate must be a probability in [0, 1), got 1.'],
    [() => dropConnectMatMul(x, kernel, { seed: 0.5 }), 'options.seed must be an integer, got 0.5.'],
    [() => dropConnectMatMul([[1, 2]], kernel), 'x must be of shape [batch, 3]'],
    [() => dropConnectMatMul(x, [1, 2, 3]), 'kernel must be a matrix [inputs, outputs]'],
    [() => dropConnectMatMul(x, kernel, { bias: [1] }), 'options.bias must be of shape [2]'],
    [
      () => dropConnectMatMul(x, kernel, { scaling: 'keras' as 'paper' }),
      "options.scaling must be 'inverted' or 'paper'",
    ],
    [
      () => dropConnectMatMul(x, kernel, { maskScope: 'all' as 'batch' }),
      "options.maskScope must be 'example' or 'batch'",
    ],
  ])('refuses %s', (call, message) => {
    expect(call).toThrow(`dropConnectMatMul: ${message}`);
  });
});
