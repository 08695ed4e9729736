import { ArgumentError } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { SparsePattern } from '../pattern/sparse-pattern.ts';
import { checkActivations, checkLayout } from './check-product.ts';
import { sampled } from './product.ts';
import { batchOf, type Layout } from './product-call.ts';

/** Options of {@link sampledDenseDense}. */
export interface SampledDenseDenseOptions {
  /** `'batchMajor'`, a [B, inputs], or `'featureMajor'`, a [inputs, B]. Default batch-major. */
  readonly layout?: Layout;
}

/**
 * The product aᵀ·b at the stored positions of a pattern only: the gradient of a sparse weight.
 *
 *     s[i, j] = Σ a[b, i]·b[b, j]      for the stored (i, j)
 *
 * @param a [B, inputs], or feature-major [inputs, B].
 * @param b [B, outputs], or feature-major [outputs, B].
 * @returns [pattern.size], in the order of the pattern; the caller disposes of it.
 * @throws ArgumentError if shapes do not fit.
 * @example
 * const pattern = sparsePattern({
 *   inputs: 3, outputs: 2,
 *   columnPointers: Int32Array.of(0, 2, 4), rowIndices: Int32Array.of(0, 2, 1, 2),
 * });
 * const x = [[1, 2, -1], [0.5, -1, 3]];
 * const delta = [[0.3, -0.2], [-0.1, 0.4]];
 * sampledDenseDense(x, delta, pattern).print(); // [0.25, -0.6, -0.8, 1.4]
 * @see Curci et al., "Truly Sparse Neural Networks at Scale", arXiv 2102.01732.
 */
export function sampledDenseDense(
  a: Tensor | TensorLike,
  b: Tensor | TensorLike,
  pattern: SparsePattern,
  { layout = 'batchMajor' }: SampledDenseDenseOptions = {},
): Tensor {
  const where = 'sampledDenseDense';
  return tf.tidy(() => {
    checkLayout(where, layout);
    const [inputs, outputs] = pattern.shape;
    const left = checkActivations(where, 'a', a, inputs, layout, pattern);
    const right = checkActivations(where, 'b', b, outputs, layout, pattern);
    if (batchOf(left, layout) !== batchOf(right, layout)) {
      const expected = `of the batch size of a, ${batchOf(left, layout)}`;
      throw new ArgumentError({ where, argument: 'b', got: right, expected });
    }
    return sampled({ a: left, b: right }, { pattern, layout });
  });
}
