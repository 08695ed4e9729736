import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** The duty cycles of a layer's units, and over how many samples they were counted. */
export interface DutyCycle {
  /** The share of recent samples in which each unit was on: [N], in [0, 1]. */
  readonly duty: Tensor;
  /** Samples seen in all: a scalar. */
  readonly samples: Tensor;
}

/**
 * Duty cycles after one more batch: a mean over about `period` samples.
 *
 *     L ← L + B,  P = max(B, min(period, L)),  duty ← (duty·(P − B) + count)/P
 *
 * @param y The layer's output [B, N], or [B, H, W, C], where count is the share of pixels; values above 0 are on.
 * @returns New tensors; the caller disposes of them.
 */
export function nextDutyCycle(y: Tensor, { duty, samples }: DutyCycle, period: number): DutyCycle {
  const batch = y.shape[0]!;
  if (batch === 0) return { duty: tf.clone(duty), samples: tf.clone(samples) };
  const [next, total] = tf.tidy(() => {
    const on = tf.cast(tf.greater(y, 0), 'float32');
    const pixels = y.rank === 4 ? y.shape[1]! * y.shape[2]! : 1;
    const count = tf.div(tf.sum(tf.reshape(on, [-1, y.shape.at(-1)!]), 0), pixels);
    const sum = tf.add(samples, batch);
    const window = tf.maximum(tf.minimum(sum, period), batch);
    return [tf.div(tf.add(tf.mul(duty, tf.sub(window, batch)), count), window), sum];
  });
  return { duty: next!, samples: total! };
}

/**
 * Entropy of a layer's units by their duty cycles, in bits: high when all take part equally.
 *
 *     Σ −d·log₂ d − (1 − d)·log₂(1 − d);   at most N·h(k/N) with k of N winners
 *
 * @example
 * dutyCycleEntropy([0.25, 0.5, 0, 1]); // 1.811278
 */
export function dutyCycleEntropy(duty: ArrayLike<number>): number {
  return Array.from(duty).reduce((sum, d) => sum + bits(d) + bits(1 - d), 0);
}

function bits(p: number): number {
  return p > 0 && p < 1 ? -p * Math.log2(p) : 0;
}
