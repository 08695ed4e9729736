import { ArgumentError, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkNumber } from '../elementwise/check-number.ts';
import { defineElementwise } from '../elementwise/define-elementwise.ts';
import { nishSlope, nishValue } from './reference.ts';
import { nishWgsl } from './webgpu.ts';

/** Which reading of the paper's negative branch: `sin(x)·σ(x)` or `(x + sin x)·σ(x)`. */
export type NishVariant = 'product' | 'sinlu';

/** Options of {@link nish}. */
export interface NishOptions {
  /** `'product'` (default): a·sin(bx)·σ(x); `'sinlu'`: (x + a·sin(bx))·σ(x), which is smooth at 0. */
  readonly variant?: NishVariant;
  /** Amplitude of the sine, any finite number. Default 1. */
  readonly a?: number;
  /** Frequency of the sine, any finite number. Default 1. */
  readonly b?: number;
}

const op = defineElementwise<{ p: number; a: number; b: number }>({
  name: 'Nish',
  constants: ['p', 'a', 'b'],
  value: nishValue,
  slope: nishSlope,
  wgsl: nishWgsl,
  wasm: 'nish',
});

/**
 * Nish: the identity for positive inputs, a sine damped by a sigmoid for the others. **Experimental:** the paper's
 * text leaves two readings of the negative branch, and both are here.
 *
 *     nish(x) = x                            x > 0
 *             = (p·x + a·sin(bx)) · σ(x)     x ≤ 0      p = 0 ('product') or 1 ('sinlu')
 *     d/dx    = 1                            x > 0
 *             = (p + ab·cos(bx))·σ(x) + (p·x + a·sin(bx))·σ(x)·(1 − σ(x))
 *
 * At 0 the gradient is that of the negative side: 0.5 for `'product'`, 1 for `'sinlu'`. Initialise layers with
 * `heNormal`. First derivatives only.
 *
 * @param x Float32 tensor of any shape, or numbers; int32 and bool are cast.
 * @returns A tensor of the shape of `x`; the caller disposes of it.
 * @throws ArgumentError for an unknown variant or a constant that is not finite.
 * @example
 * nish([-1, 0, 2]).print(); // [-0.2263062, 0, 2]
 * @see Anagün and Işık, "Nish: A Novel Negative Stimulated Hybrid Activation Function", arXiv 2210.09083.
 */
export function nish(x: Tensor | TensorLike, options: NishOptions = {}): Tensor {
  const constants = nishConstants(options);
  return tf.tidy(() => op(toFloatTensor(x, 'nish', 'x'), constants));
}

/** Checks the options of Nish and names its constants. */
export function nishConstants({ variant = 'product', a = 1, b = 1 }: NishOptions) {
  if (variant !== 'product' && variant !== 'sinlu') {
    throw new ArgumentError({
      where: 'nish',
      argument: 'options.variant',
      got: variant,
      expected: "'product' or 'sinlu'",
    });
  }
  checkNumber('nish', 'options.a', a);
  checkNumber('nish', 'options.b', b);
  return { p: variant === 'sinlu' ? 1 : 0, a, b };
}
