import { ArgumentError } from '@arborize/core';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import { checkTopology } from '../pattern/topology.ts';
import type { walkOf } from './product-call.ts';

/** Indices that were found right, by their data, which never change. */
const right = new WeakSet<object>();

/**
 * Throws unless an index keeps to the matrix: what is loaded from a file or put together by hand would else reach beyond the
 * operands. Each index is read once.
 */
export function checkIndex(walk: ReturnType<typeof walkOf>, backend: KernelBackend): void {
  const { inputs, outputs, pointers, indices, permutation } = walk;
  if (right.has(indices.dataId) && right.has(pointers.dataId)) return;
  const read = ({ dataId }: { readonly dataId: object }) => backend.readSync(dataId) as Int32Array;
  const where = 'sparse product';
  checkTopology(where, { inputs, outputs, columnPointers: read(pointers), rowIndices: read(indices) });
  const size = indices.shape[0]!;
  const stray = permutation && read(permutation).find((p) => p < 0 || p >= size);
  if (stray !== null && stray !== undefined) {
    const expected = `in [0, ${size}), the places of the stored values`;
    throw new ArgumentError({ where, argument: 'pattern.permutation', got: stray, expected });
  }
  right.add(indices.dataId);
  right.add(pointers.dataId);
}
