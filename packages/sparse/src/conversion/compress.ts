import type { Topology } from '../pattern/topology.ts';

/**
 * The entries of a dense matrix that are kept, column by column.
 *
 * @param entries Row by row.
 * @param keeps Whether entry i is kept. Default: those that are not 0.
 */
export function compress(
  entries: Float32Array,
  [inputs, outputs]: readonly [number, number],
  keeps: (i: number) => boolean = (i) => entries[i] !== 0,
): { topology: Topology; values: Float32Array<ArrayBuffer> } {
  let size = 0;
  for (let i = 0; i < entries.length; i++) if (keeps(i)) size++;
  const columnPointers = new Int32Array(outputs + 1);
  const rowIndices = new Int32Array(size);
  const values = new Float32Array(size);
  let at = 0;
  for (let column = 0; column < outputs; column++) {
    for (let row = 0; row < inputs; row++) {
      const i = row * outputs + column;
      if (!keeps(i)) continue;
      rowIndices[at] = row;
      values[at++] = entries[i]!;
    }
    columnPointers[column + 1] = at;
  }
  return { topology: { inputs, outputs, columnPointers, rowIndices }, values };
}
