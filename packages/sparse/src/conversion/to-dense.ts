import { defineOp } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { SparseMatrix, SparsePattern } from '../pattern/sparse-pattern.ts';
import { checkIndex } from '../product/check-index.ts';
import { checkMatrix } from '../product/check-product.ts';
import * as reference from './reference.ts';
import * as wasm from './wasm.ts';

interface Call {
  readonly pattern: SparsePattern;
}

const checkPattern = (_: unknown, { pattern }: Call) => checkIndex(pattern);

const scatterDense = defineOp<{ values: Tensor }, Call, Tensor>({
  name: 'SparseMatrixToDense',
  check: checkPattern,
  reference: ({ values }, { pattern }) => reference.scatterDense(values, pattern),
  kernels: {
    wasm: ({ inputs: { values }, attrs, backend }) => wasm.scatterDense(values, attrs.pattern, backend),
  },
  gradient: { saves: [], of: (dy, _, call) => ({ values: (): Tensor => gatherStored({ w: dy }, call) }) },
});

const gatherStored = defineOp<{ w: Tensor }, Call, Tensor>({
  name: 'SparseMatrixGather',
  check: checkPattern,
  reference: ({ w }, { pattern }) => reference.gatherStored(w, pattern),
  kernels: { wasm: ({ inputs: { w }, attrs, backend }) => wasm.gatherStored(w, attrs.pattern, backend) },
  gradient: { saves: [], of: (values, _, call) => ({ w: (): Tensor => scatterDense({ values }, call) }) },
});

/**
 * The dense matrix [inputs, outputs] of a sparse one; its gradient is read at the stored positions only.
 *
 * @returns The caller disposes of it.
 * @throws ArgumentError if the values do not fit the pattern.
 * @example
 * const { pattern } = await fromDense([[0.2, 0], [0, 0.1], [-0.3, 0.5]]);
 * toDense({ pattern, values: tf.tensor1d([1, 2, 3, 4]) }).print(); // [[1, 0], [0, 3], [2, 4]]
 */
export function toDense(sparse: SparseMatrix): Tensor {
  const { pattern } = sparse;
  return tf.tidy(() => scatterDense({ values: checkMatrix('toDense', sparse) }, { pattern }));
}
