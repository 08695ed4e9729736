import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

// Beyond ±14 the density is 0 and Φ is 0 or 1 in float32; clamping keeps ∞ · 0 away.
const FAR = 14;

const clamped = (x: Tensor) => tf.maximum(tf.minimum(x, FAR), -FAR);

function normalCdf(z: Tensor): Tensor {
  return tf.mul(0.5, tf.add(1, tf.erf(tf.mul(z, Math.SQRT1_2))));
}

function vanishFarBelow(x: Tensor, value: Tensor): Tensor {
  return tf.where(tf.less(x, -FAR), tf.zerosLike(x), value);
}

export function geluValue(x: Tensor): Tensor {
  return vanishFarBelow(x, tf.mul(x, normalCdf(clamped(x))));
}

export function geluSlope(x: Tensor): Tensor {
  const z = clamped(x);
  const density = tf.mul(tf.exp(tf.mul(-0.5, tf.square(z))), 1 / Math.sqrt(2 * Math.PI));
  return vanishFarBelow(x, tf.add(normalCdf(z), tf.mul(z, density)));
}

const ROOT = Math.sqrt(2 / Math.PI);

/** σ(2u) = ½(1 + tanh u) with u = √(2/π)(z + 0.044715 z³). */
function tanhCdf(z: Tensor): Tensor {
  const cubic = tf.mul(z, tf.add(1, tf.mul(0.044715, tf.square(z))));
  return tf.sigmoid(tf.mul(2 * ROOT, cubic));
}

export function geluTanhValue(x: Tensor): Tensor {
  return vanishFarBelow(x, tf.mul(x, tanhCdf(clamped(x))));
}

export function geluTanhSlope(x: Tensor): Tensor {
  const z = clamped(x);
  const s = tanhCdf(z);
  const inner = tf.mul(2 * ROOT, tf.add(1, tf.mul(3 * 0.044715, tf.square(z))));
  return vanishFarBelow(x, tf.add(s, tf.mul(tf.mul(z, inner), tf.mul(s, tf.sub(1, s)))));
}
