import { ArgumentError, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkNumber } from '../elementwise/check-number.ts';
import { defineElementwise } from '../elementwise/define-elementwise.ts';
import { adaSlope, adaValue } from './reference.ts';
import { trainableAda } from './trainable-ada.ts';
import { adaWgsl } from './webgpu.ts';

/** Options of {@link ada}. */
export interface AdaOptions {
  /**
   * Decay rate α > 0: the peak lies at 1/α. A number, or a tensor that broadcasts against `x` (a scalar, or one value
   * for each channel), through which gradients flow. Default 0.5.
   */
  readonly alpha?: number | Tensor;
  /** Height c, any finite number or tensor: the slope just above 0 is eᶜ, the peak e^(c−1)/α. Default 0. */
  readonly c?: number | Tensor;
}

/** Options of {@link leakyAda}. */
export interface LeakyAdaOptions extends AdaOptions {
  /** Slope ℓ of the negative side, 0 ≤ ℓ < 1. Default 0.01. */
  readonly leak?: number;
}

const op = defineElementwise<{ alpha: number; c: number; leak: number }>({
  name: 'Ada',
  constants: ['alpha', 'c', 'leak'],
  value: adaValue,
  slope: adaSlope,
  wgsl: adaWgsl,
  wasm: 'ada',
});

/**
 * ADA, the activation of apical dendrites: silent below 0, a bump above it. One linear unit with ADA separates XOR.
 *
 *     ada(x) = q·e^(−αq + c),   q = max(0, x)
 *     d/dx   = (1 − αq)·e^(−αq + c)   x > 0,      0   x ≤ 0
 *     d/dα   = −q²·e^(−αq + c),       d/dc = q·e^(−αq + c)
 *
 * The authors used α from 0.1 (a soft ReLU) to 1 (a real bump); c = 1 with α = 1 peaks at (1, 1). First derivatives only.
 *
 * @param x Float32 tensor of any shape, or numbers; int32 and bool are cast.
 * @returns A tensor of the shape of `x`; the caller disposes of it.
 * @throws ArgumentError if α is not positive, or a constant not finite.
 * @example
 * ada([-2, 0, 1, 2]).print(); // [0, 0, 0.6065307, 0.7357589]
 * @see Georgescu et al., "Non-linear Neurons with Human-like Apical Dendrite Activations", arXiv 2003.03229, equation 1.
 */
export function ada(x: Tensor | TensorLike, options: AdaOptions = {}): Tensor {
  return run('ada', x, options, 0);
}

/**
 * Leaky ADA: {@link ada} with a small slope ℓ for negative inputs, so that no unit is ever without a gradient.
 *
 *     leakyAda(x) = ℓ·min(0, x) + q·e^(−αq + c),   q = max(0, x)
 *     d/dx        = (1 − αq)·e^(−αq + c)   x > 0,      ℓ   x ≤ 0
 *
 * @param x Float32 tensor of any shape, or numbers; int32 and bool are cast.
 * @returns A tensor of the shape of `x`; the caller disposes of it.
 * @throws ArgumentError if α is not positive, ℓ outside [0, 1), or a constant not finite.
 * @example
 * leakyAda([-2, 0, 1, 2]).print(); // [-0.02, 0, 0.6065307, 0.7357589]
 * @see Georgescu et al., "Non-linear Neurons with Human-like Apical Dendrite Activations", arXiv 2003.03229, equation 2.
 */
export function leakyAda(x: Tensor | TensorLike, { leak = 0.01, ...options }: LeakyAdaOptions = {}): Tensor {
  return run('leakyAda', x, options, leak);
}

function run(
  where: string,
  x: Tensor | TensorLike,
  { alpha = 0.5, c = 0 }: AdaOptions,
  leak: number,
): Tensor {
  checkNumber(where, 'options.leak', leak, 'a number in [0, 1)', (value) => value >= 0 && value < 1);
  if (typeof alpha === 'number') {
    checkNumber(where, 'options.alpha', alpha, 'a positive number', (value) => value > 0);
  }
  if (typeof c === 'number') checkNumber(where, 'options.c', c);
  return tf.tidy(() => {
    const input = toFloatTensor(x, where, 'x');
    if (typeof alpha === 'number' && typeof c === 'number') return op(input, { alpha, c, leak });
    const parameters = {
      alpha: toFloatTensor(alpha, where, 'options.alpha'),
      c: toFloatTensor(c, where, 'options.c'),
    };
    for (const [name, parameter] of Object.entries(parameters)) checkBroadcast(where, name, parameter, input);
    return trainableAda(input, parameters.alpha, parameters.c, leak);
  });
}

function checkBroadcast(where: string, name: string, parameter: Tensor, x: Tensor): void {
  const fits = parameter.shape.every((size, i) => {
    const against = x.shape[x.rank - parameter.rank + i];
    return size === 1 || size === against;
  });
  if (fits && parameter.rank <= x.rank) return;
  throw new ArgumentError({
    where,
    argument: `options.${name}`,
    got: parameter,
    expected: `a number or a tensor that broadcasts to the shape [${x.shape}] of x`,
  });
}
