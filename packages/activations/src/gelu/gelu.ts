import { toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { defineElementwise } from '../elementwise/define-elementwise.ts';
import { geluSlope, geluTanhSlope, geluTanhValue, geluValue } from './reference.ts';
import { geluTanhWgsl, geluWgsl } from './webgpu.ts';

/** Options of {@link gelu}. */
export interface GeluOptions {
  /** `true` takes the tanh form of the paper, which differs by less than 5e-4. Default `false`. */
  readonly approximate?: boolean;
}

const exact = defineElementwise<Record<never, number>>({
  name: 'ArborizeGelu',
  constants: [],
  value: geluValue,
  slope: geluSlope,
  wgsl: geluWgsl,
  wasm: 'gelu',
});

const tanhForm = defineElementwise<Record<never, number>>({
  name: 'ArborizeGeluTanh',
  constants: [],
  value: geluTanhValue,
  slope: geluTanhSlope,
  wgsl: geluTanhWgsl,
  wasm: 'geluTanh',
});

/**
 * GELU: the input weighted by the normal distribution function.
 *
 *     gelu(x) = x · Φ(x) = ½x(1 + erf(x/√2))              approximate: ½x(1 + tanh(√(2/π)(x + 0.044715x³)))
 *     d/dx    = Φ(x) + x·φ(x),   φ(x) = e^(−x²/2)/√(2π)
 *
 * The minimum of the exact form is −0.169971 at x = −0.751792. First derivatives only.
 *
 * @param x Float32 tensor of any shape, or numbers; int32 and bool are cast.
 * @returns A tensor of the shape of `x`; the caller disposes of it.
 * @throws ArgumentError if `x` is not numeric.
 * @example
 * gelu([-1, 0, 1]).print(); // [-0.1586553, 0, 0.8413447]
 * @see Hendrycks and Gimpel, "Gaussian Error Linear Units", arXiv 1606.08415, section 2.
 */
export function gelu(x: Tensor | TensorLike, { approximate = false }: GeluOptions = {}): Tensor {
  const op = approximate ? tanhForm : exact;
  return tf.tidy(() => op(toFloatTensor(x, 'gelu', 'x'), {}));
}
