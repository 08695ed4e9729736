import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { SparsePattern } from '../pattern/sparse-pattern.ts';

/** The column of each stored value, [size], int32; the pattern must not be empty. */
export function columnsByColumn({ permutation, columnIndices, size }: SparsePattern): Tensor1D {
  return tf.scatterND(tf.expandDims(permutation, 1), columnIndices, [size]) as Tensor1D;
}

/** [row, column] of each stored value, [size, 2], int32. */
export function coordinates(pattern: SparsePattern): Tensor {
  return tf.stack([pattern.rowIndices, columnsByColumn(pattern)], 1);
}

/** The dense matrix [inputs, outputs]. */
export function scatterDense(values: Tensor, pattern: SparsePattern): Tensor {
  const [inputs, outputs] = pattern.shape;
  if (pattern.size === 0) return tf.zeros([inputs, outputs]);
  return tf.scatterND(coordinates(pattern), values, [inputs, outputs]);
}

/** The stored positions of a dense matrix. */
export function gatherStored(w: Tensor, pattern: SparsePattern): Tensor {
  if (pattern.size === 0) return tf.zeros([0]);
  return tf.gatherND(w, coordinates(pattern));
}
