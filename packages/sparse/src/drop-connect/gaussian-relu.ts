import { defineOp } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** E[max(u, 0)] = μ·Φ(μ/σ) + σ·φ(μ/σ) for normal u; max(μ, 0) where the variance is 0. */
export const gaussianRelu: (moments: { mean: Tensor; variance: Tensor }, attrs: object) => Tensor = defineOp<
  { mean: Tensor; variance: Tensor },
  object,
  Tensor
>({
  name: 'GaussianRelu',
  reference({ mean, variance }) {
    const { varies, s, cumulative, density } = standardized(mean, variance);
    const expected = tf.add(tf.mul(mean, cumulative), tf.mul(s, density));
    return tf.where(varies, expected, tf.relu(mean));
  },
  gradient: {
    saves: ['mean', 'variance'],
    // The terms with the derivatives of Φ and φ cancel.
    of: (dy, { mean, variance }) => ({
      mean: () => {
        const { varies, cumulative } = standardized(mean, variance);
        return tf.mul(dy, tf.where(varies, cumulative, tf.step(mean)));
      },
      variance: () => {
        const { varies, s, density } = standardized(mean, variance);
        const slope = tf.div(density, tf.mul(s, 2));
        return tf.mul(dy, tf.where(varies, slope, tf.zerosLike(slope)));
      },
    }),
  },
});

/** E[max(u, 0)²] = (μ² + σ²)·Φ(μ/σ) + μ·σ·φ(μ/σ). */
export function gaussianReluSquare(mean: Tensor, variance: Tensor): Tensor {
  const { varies, s, cumulative, density } = standardized(mean, variance);
  const square = tf.add(tf.square(mean), variance);
  const expected = tf.add(tf.mul(square, cumulative), tf.mul(tf.mul(mean, s), density));
  return tf.where(varies, expected, tf.square(tf.relu(mean)));
}

/** σ and, at μ/σ, the normal distribution and its density; where the variance is 0, those of σ = 1. */
function standardized(mean: Tensor, variance: Tensor) {
  const varies = tf.greater(variance, 0);
  const s = tf.sqrt(tf.where(varies, variance, tf.onesLike(variance)));
  const z = tf.div(mean, s);
  return {
    varies,
    s,
    cumulative: tf.mul(0.5, tf.add(1, tf.erf(tf.mul(z, Math.SQRT1_2)))),
    density: tf.mul(tf.exp(tf.mul(tf.square(z), -0.5)), 1 / Math.sqrt(2 * Math.PI)),
  };
}
