import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

interface Constants {
  readonly p: number;
  readonly a: number | Tensor;
  readonly b: number | Tensor;
}

// σ is 0 in float32 below this. Clamping first keeps sin(−∞) · 0, which is NaN, out of the branch.
const DEEP = -104;

/** The negative branch's wave p·x + a·sin(bx), its slope and σ(x), on inputs clamped to [−104, 0]. */
export function negativeBranch(x: Tensor, { p, a, b }: Constants) {
  const z = tf.maximum(tf.minimum(x, 0), DEEP);
  const wave = tf.add(tf.mul(z, p), tf.mul(tf.sin(tf.mul(z, b)), a));
  const waveSlope = tf.add(tf.mul(tf.cos(tf.mul(z, b)), tf.mul(a, b)), p);
  return { z, wave, waveSlope, sigmoid: tf.sigmoid(z) };
}

function join(x: Tensor, positive: Tensor, negative: Tensor): Tensor {
  const damped = tf.where(tf.less(x, DEEP), tf.zerosLike(x), negative);
  return tf.where(tf.greater(x, 0), positive, damped);
}

export function nishValue(x: Tensor, constants: Constants): Tensor {
  const { wave, sigmoid } = negativeBranch(x, constants);
  return join(x, x, tf.mul(wave, sigmoid));
}

export function nishSlope(x: Tensor, constants: Constants): Tensor {
  const { wave, waveSlope, sigmoid } = negativeBranch(x, constants);
  const slope = tf.mul(sigmoid, tf.add(waveSlope, tf.mul(wave, tf.sub(1, sigmoid))));
  return join(x, tf.onesLike(x), slope);
}
