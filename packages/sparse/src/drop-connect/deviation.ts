import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** √variance, whose gradient is 0 where the variance is. */
export function deviation(variance: Tensor): Tensor {
  const varies = tf.greater(variance, 0);
  const root = tf.sqrt(tf.where(varies, variance, tf.onesLike(variance)));
  return tf.where(varies, root, tf.zerosLike(variance));
}
