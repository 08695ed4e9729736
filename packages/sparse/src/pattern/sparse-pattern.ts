import type { Tensor1D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkTopology, type Topology, transposeTopology } from './topology.ts';

/**
 * The positions that a sparse matrix [inputs, outputs] stores, as int32 tensors for the kernels: compressed columns for
 * products with the matrix, and the same by rows for products with its transpose. Make one by {@link sparsePattern}.
 */
export interface SparsePattern {
  /** [inputs, outputs]. */
  readonly shape: readonly [inputs: number, outputs: number];
  /** The number of stored positions. */
  readonly size: number;
  /** [outputs + 1]: where each column begins. */
  readonly columnPointers: Tensor1D;
  /** [size]: the row of each stored value, rising within a column. */
  readonly rowIndices: Tensor1D;
  /** [inputs + 1]: where each row begins in the two tensors below. */
  readonly rowPointers: Tensor1D;
  /** [size]: the column of each stored value, by rows. */
  readonly columnIndices: Tensor1D;
  /** [size]: the place among the stored values, by rows. */
  readonly permutation: Tensor1D;
}

/** A weight matrix [inputs, outputs] of which only `values` are stored, in the order of the pattern's columns. */
export interface SparseMatrix {
  readonly pattern: SparsePattern;
  /** [pattern.size], float32. */
  readonly values: tf.Tensor;
}

/**
 * The tensors of a topology; building the transposed index costs O(connections), once.
 *
 * @returns A pattern; the caller disposes of it by `tf.dispose(pattern)`.
 * @throws ArgumentError if pointers or indices are out of order or out of range.
 * @example
 * const pattern = sparsePattern({
 *   inputs: 3, outputs: 2,
 *   columnPointers: Int32Array.of(0, 2, 4), rowIndices: Int32Array.of(0, 2, 1, 2),
 * });
 * pattern.size; // 4
 */
export function sparsePattern(topology: Topology): SparsePattern {
  checkTopology('sparsePattern', topology);
  return patternOf(topology);
}

/** As {@link sparsePattern}, for a topology known to be right. */
export function patternOf(topology: Topology): SparsePattern {
  const { inputs, outputs, columnPointers, rowIndices } = topology;
  const { rowPointers, columnIndices, permutation } = transposeTopology(topology);
  return {
    shape: [inputs, outputs],
    size: rowIndices.length,
    columnPointers: tf.tensor1d(columnPointers, 'int32'),
    rowIndices: tf.tensor1d(rowIndices, 'int32'),
    rowPointers: tf.tensor1d(rowPointers, 'int32'),
    columnIndices: tf.tensor1d(columnIndices, 'int32'),
    permutation: tf.tensor1d(permutation, 'int32'),
  };
}

/** Reads a pattern back into plain memory. */
export async function topologyOf(pattern: SparsePattern): Promise<Topology> {
  const [columnPointers, rowIndices] = await Promise.all([
    pattern.columnPointers.data<'int32'>(),
    pattern.rowIndices.data<'int32'>(),
  ]);
  const [inputs, outputs] = pattern.shape;
  return { inputs, outputs, columnPointers, rowIndices };
}
