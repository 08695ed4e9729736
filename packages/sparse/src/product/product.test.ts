import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { toDense } from '../conversion/to-dense.ts';
import { sparsePattern } from '../pattern/sparse-pattern.ts';
import { closedForm } from '../testing/topologies.ts';
import { sampledDenseDense } from './sampled-dense-dense.ts';
import { sparseDenseMatMul } from './sparse-dense-mat-mul.ts';

describe('sparse products: errors', () => {
  const pattern = sparsePattern(closedForm.topology);
  const w = { pattern, values: tf.tensor1d(closedForm.values) };

  it('names the shape that was wanted', () => {
    expect(() => sparseDenseMatMul([[1, 2]], w)).toThrow(
      'sparseDenseMatMul: x must be of shape [batch, 3] for a sparse matrix of shape [3, 2], got a float32 tensor of shape [1, 2].',
    );
    expect(() => sparseDenseMatMul([[1, 2]], w, { layout: 'featureMajor' })).toThrow('[3, batch]');
    expect(() => sparseDenseMatMul([[1, 2, 3]], { pattern, values: tf.ones([3]) })).toThrow(
      'sparse.values must be of shape [4], one for each stored position',
    );
    expect(() => toDense({ pattern, values: tf.ones([3]) })).toThrow('toDense: sparse.values');
    expect(() => sampledDenseDense([[1, 2, 3]], tf.ones([2, 2]), pattern)).toThrow(
      'b must be of the batch size of a, 1',
    );
    expect(() => sparseDenseMatMul([[1, 2, 3]], w, { layout: 'rows' as never })).toThrow('options.layout');
  });
});

describe('sparsePattern: errors', () => {
  const columnPointers = Int32Array.of(0, 1, 3);
  it.each([
    [{ rowIndices: Int32Array.of(0, 2, 1) }, 'rowIndices[2]'],
    [{ rowIndices: Int32Array.of(0, 1, 1) }, 'rowIndices[2]'],
    [{ rowIndices: Int32Array.of(0, 1, 3) }, 'rowIndices[2] must be in [2, 3)'],
    [{ rowIndices: Int32Array.of(-1, 1, 2) }, 'rowIndices[0]'],
    [{ rowIndices: Int32Array.of(0, 1) }, 'columnPointers must be from 0 to 2'],
    [{ columnPointers: Int32Array.of(0, 3) }, 'columnPointers must be 3 numbers'],
    [{ columnPointers: Int32Array.of(0, 4, 3) }, 'columnPointers[1]'],
    [{ columnPointers: Int32Array.of(0, -1, 3) }, 'columnPointers[1]'],
    [{ inputs: 2.5 }, 'inputs must be a whole number'],
    [{ rowIndices: Float32Array.of(0, 1, 2.5) }, 'rowIndices must be an Int32Array, got Float32Array'],
    [{ columnPointers: undefined }, 'columnPointers must be an Int32Array, got undefined'],
  ])('refuses %o', (change, message) => {
    const right = { inputs: 3, outputs: 2, columnPointers, rowIndices: Int32Array.of(0, 1, 2) };
    expect(() => sparsePattern({ ...right, ...change } as never)).toThrow(message);
  });
});
