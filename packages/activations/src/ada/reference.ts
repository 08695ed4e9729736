import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

interface Constants {
  readonly alpha: number | Tensor;
  readonly c: number | Tensor;
  readonly leak: number;
}

/** The exponent c − αq below which the bump is 0 in float32, also where q is infinite. */
const DEEP = -104;

/** q = max(0, x) inside the exponent keeps e^(−αx) from overflowing for very negative x. */
export function bumpParts(x: Tensor, alpha: number | Tensor, c: number | Tensor) {
  const q = tf.maximum(x, 0);
  const decay = tf.mul(alpha, q);
  const exponent = tf.sub(c, decay);
  const vanishing = (value: Tensor) => tf.where(tf.less(exponent, DEEP), tf.zerosLike(value), value);
  return { q, decay, e: tf.exp(exponent), vanishing };
}

export function adaValue(x: Tensor, { alpha, c, leak }: Constants): Tensor {
  const { q, e, vanishing } = bumpParts(x, alpha, c);
  const bump = vanishing(tf.mul(q, e));
  // Without a leak, −∞ must give 0 and not −∞ · 0.
  const below = leak === 0 ? tf.zerosLike(x) : tf.mul(leak, x);
  return tf.where(tf.lessEqual(x, 0), below, bump);
}

export function adaSlope(x: Tensor, { alpha, c, leak }: Constants): Tensor {
  const { decay, e, vanishing } = bumpParts(x, alpha, c);
  const bump = vanishing(tf.mul(tf.sub(1, decay), e));
  return tf.where(tf.lessEqual(x, 0), tf.fill(bump.shape, leak), bump);
}
