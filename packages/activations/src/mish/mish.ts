import { toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { defineElementwise } from '../elementwise/define-elementwise.ts';

// Below this the value is 0 in float32; masking it keeps −∞ · 0 away.
const DEEP = -104;

const op = defineElementwise<Record<never, number>>({
  name: 'ArborizeMish',
  constants: [],
  value: (x) => tf.where(tf.less(x, DEEP), tf.zerosLike(x), tf.mul(x, tanhSoftplus(x))),
  slope: mishSlope,
  wgsl: `
    // With e = eˣ, tanh(softplus x) = (e² + 2e) / (e² + 2e + 2); beyond 20 it is 1 in float32.
    fn tanhSoftplus(e : f32) -> f32 { let n = e * (e + 2.0); return n / (n + 2.0); }
    fn value(x : f32) -> f32 {
      if (x > 20.0) { return x; }
      if (x < -87.0) { return 0.0; }
      return x * tanhSoftplus(exp(x));
    }
    fn slope(x : f32) -> f32 {
      if (x > 20.0) { return 1.0; }
      if (x < -87.0) { return 0.0; }
      let e = exp(x);
      let t = tanhSoftplus(e);
      return t + x * (e / (1.0 + e)) * (1.0 - t * t);
    }`,
  wasm: 'mish',
});

function tanhSoftplus(x: Tensor): Tensor {
  const e = tf.exp(tf.minimum(x, 20));
  const n = tf.mul(e, tf.add(e, 2));
  return tf.div(n, tf.add(n, 2));
}

function mishSlope(x: Tensor): Tensor {
  const z = tf.maximum(tf.minimum(x, 20), DEEP);
  const t = tanhSoftplus(z);
  const rise = tf.mul(tf.mul(z, tf.sigmoid(z)), tf.sub(1, tf.square(t)));
  return tf.where(tf.less(x, DEEP), tf.zerosLike(x), tf.add(t, rise));
}

/**
 * Mish: a smooth, non-monotonic activation that keeps a small negative part.
 *
 *     mish(x) = x · tanh(softplus x)
 *     d/dx    = tanh(sp) + x·σ(x)·(1 − tanh²(sp)),   sp = ln(1 + eˣ)
 *
 * Its minimum is −0.308843 at x = −1.192431. First derivatives only. One exponential and one pass, forward and
 * backward, where tfjs-layers' `'mish'` is a chain of ops.
 *
 * @param x Float32 tensor of any shape, or numbers; int32 and bool are cast.
 * @returns A tensor of the shape of `x`; the caller disposes of it.
 * @throws ArgumentError if `x` is not numeric.
 * @example
 * mish([-1, 0, 1]).print(); // [-0.3034014, 0, 0.8650984]
 * @see Misra, "Mish: A Self Regularized Non-Monotonic Activation Function", arXiv 1908.08681, equation 1.
 */
export function mish(x: Tensor | TensorLike): Tensor {
  return tf.tidy(() => op(toFloatTensor(x, 'mish', 'x'), {}));
}
