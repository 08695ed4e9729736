import { toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import { checkChannels, checkGroupSize } from './check-options.ts';
import type { ScaledGate } from './gate-call.ts';
import { gates } from './gates.ts';

/** Options of {@link maxout} and {@link minout}. */
export interface MaxoutOptions {
  /** Adjacent channels in a group, an integer ≥ 2. Default 2. */
  readonly k?: number;
  /** The channel axis; negative counts from the end. Default −1. */
  readonly axis?: number;
}

/**
 * Maxout: the largest of each group of k channels. The gradient goes to the first largest member.
 *
 * @param x Float32 tensor of rank 1 to 6 with a multiple of k channels, or numbers.
 * @returns A tensor with C/k channels; the caller disposes of it.
 * @throws ArgumentError for k below 2, an axis outside the shape, or channels that are no multiple of k.
 * @example
 * maxout([1, 3, -2, -4]).print(); // [3, -2]
 * @see Goodfellow et al., "Maxout Networks", arXiv 1302.4389.
 */
export function maxout(x: Tensor | TensorLike, options: MaxoutOptions = {}): Tensor {
  return extreme('maxout', 'max', x, options);
}

/**
 * Minout: the smallest of each group of k channels. The gradient goes to the first smallest member.
 *
 * @param x Float32 tensor of rank 1 to 6 with a multiple of k channels, or numbers.
 * @returns A tensor with C/k channels; the caller disposes of it.
 * @throws ArgumentError for k below 2, an axis outside the shape, or channels that are no multiple of k.
 * @example
 * minout([1, 3, -2, -4]).print(); // [1, -4]
 */
export function minout(x: Tensor | TensorLike, options: MaxoutOptions = {}): Tensor {
  return extreme('minout', 'min', x, options);
}

function extreme(
  where: string,
  which: 'max' | 'min',
  x: Tensor | TensorLike,
  { k = 2, axis = -1 }: MaxoutOptions,
): Tensor {
  checkGroupSize(where, k);
  const z = toFloatTensor(x, where, 'x');
  const channelAxis = checkChannels(where, z.shape, axis, k);
  const gate: ScaledGate = { gate: which, scale: 1, shift: 0 };
  return gates({ z }, { gates: [gate], strategy: 'duplicate', k, axis: channelAxis, temperature: 1 });
}
