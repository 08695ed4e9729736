import { ArgumentError, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { patternOf, type SparseMatrix } from '../pattern/sparse-pattern.ts';

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
  const [inputs, outputs] = dense.shape as [number, number];
  const entries = await dense.data<'float32'>();
  dense.dispose();
  const size = entries.reduce((count, entry) => count + (entry === 0 ? 0 : 1), 0);
  const columnPointers = new Int32Array(outputs + 1);
  const rowIndices = new Int32Array(size);
  const values = new Float32Array(size);
  let at = 0;
  for (let j = 0; j < outputs; j++) {
    for (let i = 0; i < inputs; i++) {
      const entry = entries[i * outputs + j]!;
      if (entry === 0) continue;
      rowIndices[at] = i;
      values[at++] = entry;
    }
    columnPointers[j + 1] = at;
  }
  return { pattern: patternOf({ inputs, outputs, columnPointers, rowIndices }), values: tf.tensor1d(values) };
}
