import { ArgumentError } from '@arborize/core';

/**
 * Which of the inputs · outputs positions of a weight matrix hold a connection: compressed columns, in plain memory.
 *
 * Output j is fed by the inputs `rowIndices[columnPointers[j]]` … `rowIndices[columnPointers[j + 1] − 1]`, which rise.
 */
export interface Topology {
  readonly inputs: number;
  readonly outputs: number;
  /** [outputs + 1], from 0 to the number of connections. */
  readonly columnPointers: Int32Array;
  /** [connections], each in [0, inputs). */
  readonly rowIndices: Int32Array;
}

/** The same connections by input: where those of input i lie among the outputs, and among the stored values. */
export interface TransposedTopology {
  /** [inputs + 1]. */
  readonly rowPointers: Int32Array;
  /** [connections], the output of each. */
  readonly columnIndices: Int32Array;
  /** [connections], the place of each in the order of {@link Topology}. */
  readonly permutation: Int32Array;
}

/** The connections by input, in the order of their outputs: a counting sort. */
export function transposeTopology({
  inputs,
  outputs,
  columnPointers,
  rowIndices,
}: Topology): TransposedTopology {
  const rowPointers = new Int32Array(inputs + 1);
  for (const row of rowIndices) rowPointers[row + 1]!++;
  for (let i = 0; i < inputs; i++) rowPointers[i + 1]! += rowPointers[i]!;
  const next = rowPointers.slice(0, inputs);
  const columnIndices = new Int32Array(rowIndices.length);
  const permutation = new Int32Array(rowIndices.length);
  for (let j = 0; j < outputs; j++) {
    for (let p = columnPointers[j]!; p < columnPointers[j + 1]!; p++) {
      const at = next[rowIndices[p]!]!++;
      columnIndices[at] = j;
      permutation[at] = p;
    }
  }
  return { rowPointers, columnIndices, permutation };
}

/** The output of each connection, [connections]. */
export function columnsOf({ outputs, columnPointers, rowIndices }: Topology): Int32Array {
  const columns = new Int32Array(rowIndices.length);
  for (let j = 0; j < outputs; j++) columns.fill(j, columnPointers[j], columnPointers[j + 1]);
  return columns;
}

/** Throws unless pointers and indices are whole, in range, and strictly rise within each column. */
export function checkTopology(where: string, topology: Topology): void {
  const { inputs, outputs, columnPointers, rowIndices } = topology;
  const fault = (argument: string, got: unknown, expected: string) =>
    new ArgumentError({ where, argument, got, expected });
  for (const [name, size] of Object.entries({ inputs, outputs })) {
    if (!Number.isInteger(size) || size < 0) throw fault(name, size, 'a whole number ≥ 0');
  }
  for (const [name, indices] of Object.entries({ columnPointers, rowIndices })) {
    if (!(indices instanceof Int32Array)) throw fault(name, indices, 'an Int32Array');
  }
  if (columnPointers.length !== outputs + 1) {
    throw fault('columnPointers', `${columnPointers.length} numbers`, `${outputs + 1} numbers`);
  }
  if (columnPointers[0] !== 0 || columnPointers[outputs] !== rowIndices.length) {
    const got = `${columnPointers[0]} … ${columnPointers[outputs]}`;
    throw fault('columnPointers', got, `from 0 to ${rowIndices.length}, the number of row indices`);
  }
  for (let j = 0; j < outputs; j++) {
    const [from, to] = [columnPointers[j]!, columnPointers[j + 1]!];
    if (to < from || to > rowIndices.length) throw fault(`columnPointers[${j + 1}]`, to, `at least ${from}`);
    for (let p = from; p < to; p++) {
      const row = rowIndices[p]!;
      const least = p === from ? 0 : rowIndices[p - 1]! + 1;
      if (row < least || row >= inputs) {
        const expected = `in [${least}, ${inputs}): the rows of a column rise and are below the ${inputs} inputs`;
        throw fault(`rowIndices[${p}]`, row, expected);
      }
    }
  }
}

/** Builds compressed columns from positions row + column · inputs that strictly rise. */
export function topologyFromPositions(
  inputs: number,
  outputs: number,
  positions: ArrayLike<number>,
): Topology {
  const columnPointers = new Int32Array(outputs + 1);
  const rowIndices = new Int32Array(positions.length);
  let column = 0;
  for (let p = 0; p < positions.length; p++) {
    const position = positions[p]!;
    const at = Math.floor(position / inputs);
    while (column < at) columnPointers[++column] = p;
    rowIndices[p] = position - at * inputs;
  }
  while (column < outputs) columnPointers[++column] = positions.length;
  return { inputs, outputs, columnPointers, rowIndices };
}

/** The positions row + column · inputs of all connections; they strictly rise. */
export function positionsOf(topology: Topology): Float64Array {
  const { inputs, outputs, columnPointers, rowIndices } = topology;
  const positions = new Float64Array(rowIndices.length);
  for (let j = 0; j < outputs; j++) {
    for (let p = columnPointers[j]!; p < columnPointers[j + 1]!; p++)
      positions[p] = j * inputs + rowIndices[p]!;
  }
  return positions;
}
