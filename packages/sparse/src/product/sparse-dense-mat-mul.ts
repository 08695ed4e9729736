import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { SparseMatrix } from '../pattern/sparse-pattern.ts';
import { checkActivations, checkLayout, checkMatrix } from './check-product.ts';
import { product } from './product.ts';
import type { Layout } from './product-call.ts';

/** Options of {@link sparseDenseMatMul}. */
export interface SparseDenseMatMulOptions {
  /** Whether to multiply by the transpose, x·Wᵀ. Default `false`. */
  readonly transposeSparse?: boolean;
  /** `'batchMajor'`, x [B, inputs], or `'featureMajor'`, x [inputs, B], which needs no transpose inside. Default batch-major. */
  readonly layout?: Layout;
}

/**
 * The product of activations and a sparse matrix W [inputs, outputs]; only stored positions are ever touched.
 *
 *     y[b, j] = Σ x[b, i]·W[i, j]      over the stored (i, j)
 *     dx = dy·Wᵀ,  dW[i, j] = Σ x[b, i]·dy[b, j]  at the stored (i, j) only
 *
 * The cost is 2·B·size operations forward and twice that backward.
 *
 * @param x [B, inputs], or [B, outputs] for the transpose; feature-major the other way round.
 * @returns [B, outputs], or [B, inputs] for the transpose; the caller disposes of it.
 * @throws ArgumentError if shapes do not fit.
 * @example
 * const pattern = sparsePattern({
 *   inputs: 3, outputs: 2,
 *   columnPointers: Int32Array.of(0, 2, 4), rowIndices: Int32Array.of(0, 2, 1, 2),
 * });
 * const w = { pattern, values: tf.tensor1d([0.2, -0.3, 0.1, 0.5]) };
 * sparseDenseMatMul([[1, 2, -1]], w).print(); // [[0.5, -0.3]]
 * @see Curci et al., "Truly Sparse Neural Networks at Scale", arXiv 2102.01732.
 */
export function sparseDenseMatMul(
  x: Tensor | TensorLike,
  sparse: SparseMatrix,
  { transposeSparse = false, layout = 'batchMajor' }: SparseDenseMatMulOptions = {},
): Tensor {
  const where = 'sparseDenseMatMul';
  return tf.tidy(() => {
    checkLayout(where, layout);
    const { pattern } = sparse;
    const values = checkMatrix(where, sparse);
    const features = pattern.shape[transposeSparse ? 1 : 0];
    const activations = checkActivations(where, 'x', x, features, layout, pattern);
    return product({ x: activations, values }, { pattern, transposed: transposeSparse, layout });
  });
}
