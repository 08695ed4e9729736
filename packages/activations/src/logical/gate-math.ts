import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** A function of groups as a composition: z: [outer, groups, k, inner]. */
export interface GateMath {
  /** [outer, groups, inner] */
  readonly value: (z: Tensor) => Tensor;
  /** The partial derivatives, of the shape of z. */
  readonly slopes: (z: Tensor) => Tensor;
}

/** −f(−z), by De Morgan: turns OR into AND and max into min, with slopes taken at −z. */
export function mirrored({ value, slopes }: GateMath): GateMath {
  return { value: (z) => tf.neg(value(tf.neg(z))), slopes: (z) => slopes(tf.neg(z)) };
}
