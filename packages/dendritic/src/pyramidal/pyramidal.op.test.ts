import { type Array64, array64, describeOp } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { pyramidal } from './pyramidal.ts';

const ada64 = (v: number, alpha: number, c: number, leak: number) =>
  leak * Math.min(0, v) + Math.max(0, v) * Math.exp(-alpha * Math.max(0, v) + c);

/** relu(u) + leakyAda(v) of sums [..., 2·O], with α of shape [1] or [O]. */
function pyramidal64(c: number, leak: number, basal = (u: number) => Math.max(0, u)) {
  return ({ shape, values }: Array64, alpha: Array64): Array64 => {
    const width = shape.at(-1)! / 2;
    return array64(
      [...shape.slice(0, -1), width],
      Float64Array.from({ length: values.length / 2 }, (_, i) => {
        const decay = alpha.values[alpha.values.length === 1 ? 0 : i % width]!;
        return basal(values[2 * i]!) + ada64(values[2 * i + 1]!, decay, c, leak);
      }),
    );
  };
}

// Positive, so that every α is; and spread over both sides of 0 as sums.
const half = { sample: (random: { uniform(a: number, b: number): number }) => random.uniform(0.1, 2) };
const reference = (...args: Parameters<typeof pyramidal64>) =>
  pyramidal64(...args) as (...arrays: Array64[]) => Array64;

describeOp('pyramidal, one α', {
  op: (sums) => pyramidal(sums!, { alpha: 0.7, c: 0.5, leak: 0.1 }),
  float64: (sums) => pyramidal64(0.5, 0.1)(sums!, array64([1], [0.7])),
  shapes: [[[5, 14]], [[2]], [[4]], [[6]], [[8]], [[0, 4]], [[2, 3, 10]], [[33, 34]]],
});
describeOp('pyramidal, a trained α', {
  op: (sums, alpha) => tf.tidy(() => pyramidal(tf.sub(sums!, 0.9), { alpha: alpha! })),
  float64: (sums, alpha) =>
    reference(0, 0.01)(
      array64(
        sums!.shape,
        sums!.values.map((v) => v - 0.9),
      ),
      alpha!,
    ),
  shapes: [
    [[5, 14], [1]],
    [[5, 14], [7]],
    [[3, 2], [1]],
    [[2, 3, 8], [4]],
  ],
  ...half,
});
describeOp('pyramidal, another basal activation', {
  op: (sums, alpha) => pyramidal(sums!, { alpha: alpha!, basalActivation: (u) => tf.tanh(u) }),
  float64: reference(0, 0.01, Math.tanh),
  shapes: [[[3, 6], [3]]],
  ...half,
});

describe('pyramidal: closed form', () => {
  it('has the values of the example', async () => {
    // x·W + b and x·V + d of x = [1, −1]
    const sums = [0.6, 1.3, -3.2, -0.8];
    const leakless = pyramidal(sums, { alpha: 0.5, c: 1, leak: 0 });
    expect(await leakless.data()).toBeAllClose([2.444788, 0]);
    const leaky = pyramidal(sums, { alpha: 0.5, c: 1 });
    expect(await leaky.data()).toBeAllClose([2.444788, -0.008]);
    tf.dispose([leakless, leaky]);
  });
});

describe('pyramidal: edges', () => {
  it('is never NaN for huge sums, in value, slope or the gradient of α', async () => {
    const huge = [-1e30, -150, 0, 88, 1e30, Number.POSITIVE_INFINITY];
    const sums = tf.tensor1d(huge.flatMap((v) => [-1, v]));
    const alpha = tf.tensor1d([0.9]);
    const y = pyramidal(sums, { alpha });
    expect(await y.data()).toBeAllClose([-1e28, -1.5, 0, 0, 0, 0]);
    const [dSums, dAlpha] = tf.grads((sums, alpha) => pyramidal(sums!, { alpha: alpha! }))([sums, alpha]);
    const slopes = (await dSums!.data()).filter((_, i) => i % 2 === 1);
    expect(slopes).toBeAllClose([0.01, 0.01, 0.01, 0, 0, 0]);
    expect(await dAlpha!.data()).toBeAllClose([0]);
    const silent = pyramidal([-1, Number.NEGATIVE_INFINITY], { leak: 0 });
    expect(await silent.data()).toBeAllClose([0]);
    tf.dispose([sums, alpha, y, dSums!, dAlpha!, silent]);
  });

  it('keeps NaN of either branch', async () => {
    const y = pyramidal([Number.NaN, 1, 1, Number.NaN, 1, 1]);
    expect([...(await y.data())].map(Number.isNaN)).toEqual([true, true, false]);
    y.dispose();
  });
});

describe('pyramidal: errors', () => {
  it('names what it got and what it wants', () => {
    expect(() => pyramidal([1, 2, 3])).toThrow(
      'pyramidal: sums must be of shape [..., 2·O], basal and apical sums in turns, got a float32 tensor of shape [3].',
    );
    expect(() => pyramidal([1, 2, 3, 4], { alpha: [1, 2, 3] as never })).toThrow(
      'pyramidal: options.alpha must be a number, or a tensor of shape [], [1] or [2], got',
    );
    expect(() => pyramidal([1, 2], { alpha: -1 })).toThrow(
      'pyramidal: options.alpha must be a positive number, got -1.',
    );
    expect(() => pyramidal([1, 2], { leak: 1 })).toThrow(
      'pyramidal: options.leak must be a number in [0, 1), got 1.',
    );
  });
});
