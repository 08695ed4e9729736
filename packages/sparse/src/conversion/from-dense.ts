import { ArgumentError, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { patternOf, type SparseMatrix } from '../pattern/sparse-pattern.ts';
import { compress } from './compress.ts';

/**
 * The sparse matrix of the entries of a dense one that are not 0.
 *
 * @param w [inputs, outputs].
 * @returns Pattern and values; the caller disposes of both.
 * @throws ArgumentError if `w` is not a matrix.
 * @example
 * const { pattern } = await fromDense([[0.2, 0], [0, 0.1], [-0.3, 0.5]]);
 * pattern.size; // 4
 */
export async function fromDense(w: Tensor | TensorLike): Promise<SparseMatrix> {
  const dense = tf.tidy(() => tf.clone(toFloatTensor(w, 'fromDense', 'w')));
  if (dense.rank !== 2) {
    dense.dispose();
    throw new ArgumentError({
      where: 'fromDense',
      argument: 'w',
      got: dense,
      expected: 'a matrix [inputs, outputs]',
    });
  }
  const shape = dense.shape as [number, number];
  const entries = await dense.data<'float32'>();
  dense.dispose();
  const { topology, values } = compress(entries, shape);
  return { pattern: patternOf(topology), values: tf.tensor1d(values) };
}
