import { ArgumentError, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** By what the gradient of each feature is divided: its root mean square, its Euclidean norm, or nothing. */
export type MaskNorm = 'rms' | 'l2' | 'none';

/** Options of {@link normalizeMaskGradient}. */
export interface NormalizeMaskGradientOptions {
  /** Default `'rms'`. */
  readonly norm?: MaskNorm;
  /** The axis whose positions are features. Default −1: units of a dense kernel, filters of a convolution. */
  readonly axis?: number;
}

const LEAST = 1e-12;

/**
 * The gradient of a mask, every feature brought to the same size, so that one pressure towards few connections fits all
 * layers, losses and batch sizes.
 *
 *     ĝ = g / (√mean(g²) + 1e-12)   over all entries of a feature;   'l2': the root of the sum instead
 *
 * @param gradient [fan-in, units], or [height, width, channels, filters].
 * @returns Of the same shape; the caller disposes of it. A feature without any gradient stays 0.
 * @throws ArgumentError for an unknown norm or an axis that is not there.
 * @example
 * normalizeMaskGradient([[3, 0], [4, 0]]).print(); // [[0.8485281, 0], [1.1313709, 0]]
 * @see Tang et al., "Automatic Sparse Connectivity Learning for Neural Networks", arXiv 2201.05020.
 */
export function normalizeMaskGradient(
  gradient: Tensor | TensorLike,
  { norm = 'rms', axis = -1 }: NormalizeMaskGradientOptions = {},
): Tensor {
  const where = 'normalizeMaskGradient';
  checkNorm(where, norm);
  return tf.tidy(() => {
    const g = toFloatTensor(gradient, where, 'gradient');
    checkAxis(where, axis, g.rank);
    return tf.clone(normalized(g, norm, axis));
  });
}

/** As {@link normalizeMaskGradient}, for callers that have checked. */
export function normalized(g: Tensor, norm: MaskNorm, axis: number): Tensor {
  if (norm === 'none') return g;
  const feature = axis < 0 ? axis + g.rank : axis;
  const others = g.shape.map((_, i) => i).filter((i) => i !== feature);
  const squares = tf.square(g);
  const size = norm === 'rms' ? tf.mean(squares, others, true) : tf.sum(squares, others, true);
  return tf.div(g, tf.add(tf.sqrt(size), LEAST));
}

export function checkNorm(where: string, norm: string): void {
  if (['rms', 'l2', 'none'].includes(norm)) return;
  const expected = "'rms', 'l2' or 'none'";
  throw new ArgumentError({ where, argument: 'options.norm', got: norm, expected });
}

export function checkAxis(where: string, axis: number, rank: number): void {
  if (Number.isInteger(axis) && axis >= -rank && axis < rank) return;
  const expected = `an axis of a tensor of rank ${rank}`;
  throw new ArgumentError({ where, argument: 'options.axis', got: axis, expected });
}
