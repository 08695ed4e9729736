import type { RandomState } from '@arborize/core';
import type { Result } from './messages.ts';

/** Where a worker that trains alone is: its model after so many epochs, and its stream of evolution. */
export interface AloneState {
  readonly epoch: number;
  readonly random: RandomState;
  readonly result: Result;
}

/** Phase 2 as far as it is: for each worker where it is, `null` where it was at the beginning, and the logs of its epochs. */
export interface AloneStates {
  readonly states: (AloneState | null)[];
  /** By epoch and worker. */
  readonly logs: (Record<string, number> | null)[][];
}

type Arrays = Record<string, Float32Array | Int32Array>;

/** The same without its arrays, which go into a checkpoint as they are. */
export interface PackedStates {
  readonly states: (Pick<AloneState, 'epoch' | 'random'> | null)[];
  readonly logs: AloneStates['logs'];
}

export function packStates({ states, logs }: AloneStates): { packed: PackedStates; arrays: Arrays } {
  const arrays: Arrays = {};
  for (const [k, state] of states.entries()) {
    if (!state) continue;
    const { weights, moments, topologies } = state.result;
    for (const [i, values] of weights.entries()) arrays[`${k}/weights/${i}`] = values;
    for (const [i, values] of moments.entries()) arrays[`${k}/moments/${i}`] = values;
    for (const [i, { columnPointers, rowIndices }] of topologies.entries()) {
      arrays[`${k}/columnPointers/${i}`] = columnPointers;
      arrays[`${k}/rowIndices/${i}`] = rowIndices;
    }
  }
  return {
    packed: { states: states.map((state) => state && { ...state, result: undefined }), logs },
    arrays,
  };
}

export function unpackStates({ states, logs }: PackedStates, arrays: Arrays): AloneStates {
  const resultOf = (k: number): Result => {
    const list = <A>(name: string): A[] => {
      const found: A[] = [];
      while (arrays[`${k}/${name}/${found.length}`]) found.push(arrays[`${k}/${name}/${found.length}`] as A);
      return found;
    };
    const pointers = list<Int32Array>('columnPointers');
    const rows = list<Int32Array>('rowIndices');
    return {
      weights: list('weights'),
      moments: list('moments'),
      topologies: pointers.map((columnPointers, i) => ({ columnPointers, rowIndices: rows[i]! })),
    };
  };
  return { states: states.map((state, k) => state && { ...state, result: resultOf(k) }), logs };
}
