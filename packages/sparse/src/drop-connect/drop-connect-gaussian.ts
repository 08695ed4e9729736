import { ArgumentError } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { DropConnectOptions } from './check-drop-connect.ts';
import { counterNormals } from './counter-normals.ts';
import { momentParts } from './drop-connect-moments.ts';
import { spread } from './spread.ts';

/** Options of {@link dropConnectGaussian}. */
export interface DropConnectGaussianOptions extends DropConnectOptions {
  /** Integer that the noise is drawn from; its low 32 bits count. A step of training needs a new one. Default 0. */
  readonly seed?: number;
}

/**
 * The product of a training step with noise of the mean and variance that DropConnect's masks have, from ordinary products on
 * every backend: what a sum of many masked terms comes to.
 *
 *     u = mean + √variance·ε,   ε ~ N(0, 1) for each example and output, moments of {@link dropConnectMoments}
 *
 * @param x [B, M].
 * @param kernel [M, N].
 * @returns u [B, N], with gradients. The noise is the same on every backend.
 * @throws ArgumentError if shapes do not fit or an option is out of range.
 * @example
 * dropConnectGaussian([[1, 2, -1]], [[0.2], [0.7], [-0.3]], { rate: 0.5, seed: 1 }).shape; // [1, 1]
 */
export function dropConnectGaussian(
  x: Tensor | TensorLike,
  kernel: Tensor | TensorLike,
  options: DropConnectGaussianOptions = {},
): Tensor {
  const { seed = 0 } = options;
  if (!Number.isSafeInteger(seed)) {
    const where = 'dropConnectGaussian';
    throw new ArgumentError({ where, argument: 'options.seed', got: seed, expected: 'an integer' });
  }
  return tf.tidy(() => {
    const { mean, factor, ...parts } = momentParts('dropConnectGaussian', x, kernel, options);
    if (factor === 0) return mean;
    const noise = tf.tensor(
      counterNormals(seed, mean.size, 0, Math.sqrt(factor)),
      mean.shape as [number, number],
    );
    const bias = parts.bias ?? tf.zeros([mean.shape[1]!]);
    return tf.add(mean, tf.mul(spread({ ...parts, bias }, {}), noise));
  });
}
