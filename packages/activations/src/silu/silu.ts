import { toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkNumber } from '../elementwise/check-number.ts';
import { defineElementwise } from '../elementwise/define-elementwise.ts';

/** Options of {@link silu}. */
export interface SiluOptions {
  /** Steepness β of the sigmoid, any finite number. Default 1. */
  readonly beta?: number;
}

const DEEP = -104;

const op = defineElementwise<{ beta: number }>({
  name: 'ArborizeSilu',
  constants: ['beta'],
  value: (x, { beta }) => vanishDeep(tf.mul(beta, x), tf.mul(x, tf.sigmoid(tf.mul(beta, x)))),
  slope(x, { beta }) {
    const z = tf.mul(beta, x);
    const s = tf.sigmoid(z);
    const tame = tf.maximum(tf.minimum(z, -DEEP), DEEP);
    return vanishDeep(z, tf.add(s, tf.mul(tf.mul(tame, s), tf.sub(1, s))));
  },
  wgsl: `
    fn sigma(z : f32) -> f32 {
      let e = exp(-abs(z));
      return select(1.0, e, z < 0.0) / (1.0 + e);
    }
    fn value(x : f32) -> f32 {
      let z = uniforms.beta * x;
      if (z < -87.0) { return 0.0; }
      return x * sigma(z);
    }
    fn slope(x : f32) -> f32 {
      let z = uniforms.beta * x;
      if (z < -87.0) { return 0.0; }
      if (z > 87.0) { return 1.0; }
      let s = sigma(z);
      return s + z * s * (1.0 - s);
    }`,
  wasm: 'silu',
});

/** σ is 0 in float32 there, and −∞ · 0 must not become NaN. */
function vanishDeep(z: Tensor, value: Tensor): Tensor {
  return tf.where(tf.less(z, DEEP), tf.zerosLike(value), value);
}

/**
 * SiLU, also called Swish: the input weighted by its own sigmoid.
 *
 *     silu(x) = x · σ(βx)
 *     d/dx    = σ(βx) + βx·σ(βx)·(1 − σ(βx))
 *
 * For β = 1 its minimum is −0.278465 at x = −1.278465. First derivatives only.
 *
 * @param x Float32 tensor of any shape, or numbers; int32 and bool are cast.
 * @returns A tensor of the shape of `x`; the caller disposes of it.
 * @throws ArgumentError if `x` is not numeric or `beta` is not finite.
 * @example
 * silu([-1, 0, 1]).print(); // [-0.2689414, 0, 0.7310586]
 * @see Elfwing et al., "Sigmoid-Weighted Linear Units", arXiv 1702.03118, equation 7; Ramachandran et al., "Searching
 * for Activation Functions", arXiv 1710.05941.
 */
export function silu(x: Tensor | TensorLike, { beta = 1 }: SiluOptions = {}): Tensor {
  checkNumber('silu', 'options.beta', beta);
  return tf.tidy(() => op(toFloatTensor(x, 'silu', 'x'), { beta }));
}
