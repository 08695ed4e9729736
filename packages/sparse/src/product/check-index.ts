import { ArgumentError } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import type { SparsePattern } from '../pattern/sparse-pattern.ts';
import { checkTopology } from '../pattern/topology.ts';
import { walkOf } from './product-call.ts';

type Walk = ReturnType<typeof walkOf>;

/** What an index was found right with, by the data of its indices: data never change. */
const right = new WeakMap<object, Walk>();

/**
 * Throws unless an index keeps to the matrix: what is loaded from a file or put together by hand would else reach beyond the
 * operands. Each index is read once; on WebGPU as long as its numbers have not left the memory of the processor, as those that
 * were just loaded, because shaders keep to their operands by themselves.
 */
export function checkIndex(pattern: SparsePattern): void {
  // Both of them: some backends walk the transpose for either product.
  for (const transposed of [false, true]) checkWalk(walkOf({ pattern, transposed }), pattern.size);
}

function checkWalk(walk: Walk, size: number): void {
  const { inputs, outputs, pointers, indices, permutation } = walk;
  const known = right.get(indices.dataId);
  if (known && isSame(known, walk) && indices.size === size) return;
  const where = 'sparse product';
  const demandSize = (argument: string, got: number) => {
    if (got === size) return;
    throw new ArgumentError({ where, argument, got, expected: `pattern.size, ${size}` });
  };
  demandSize('the number of indices', indices.size);
  if (permutation) demandSize('the size of pattern.permutation', permutation.size);
  const [begins, rows, places] = [pointers, indices, permutation].map(numbersOf);
  if (begins && rows) {
    checkTopology(where, { inputs, outputs, columnPointers: begins, rowIndices: rows });
  }
  const stray = places?.find((p) => p < 0 || p >= size);
  if (stray !== undefined) {
    const expected = `in [0, ${size}), the places of the stored values`;
    throw new ArgumentError({ where, argument: 'pattern.permutation', got: stray, expected });
  }
  right.set(indices.dataId, walk);
}

function isSame(a: Walk, b: Walk): boolean {
  return (
    a.inputs === b.inputs &&
    a.outputs === b.outputs &&
    a.pointers.dataId === b.pointers.dataId &&
    a.permutation?.dataId === b.permutation?.dataId
  );
}

/** The numbers of an index, `null` where they can only be had asynchronously. */
function numbersOf(index: tf.Tensor | null): Int32Array | null {
  if (!index) return null;
  const backend = tf.backend();
  if (tf.getBackend() !== 'webgpu') return backend.readSync(index.dataId) as Int32Array;
  const { tensorMap } = backend as unknown as { tensorMap: tf.DataStorage<{ values: Int32Array | null }> };
  return tensorMap.get(index.dataId).values;
}
