import { ArgumentError } from '@arborize/core';
import type { Candidates } from './select-smallest.ts';

/**
 * What is removed together: single weights; `'filter'`, all weights of an output unit or channel; blocks of a matrix.
 *
 * Filters and blocks are judged by the mean of |w|, blocks by its largest if `pooling` says so. `{ n, m }` keeps the `n`
 * largest of every `m` weights that follow one another along the inputs, whatever else is asked for.
 */
export type Structure = 'unstructured' | 'filter' | Block | NofM;

interface Block {
  readonly block: readonly [rows: number, columns: number];
  /** Default `'average'`. */
  readonly pooling?: 'average' | 'max';
}

interface NofM {
  readonly n: number;
  readonly m: number;
}

/** A tensor's weights, those that are still there, and what belongs together. */
export interface WeightArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
  readonly alive: Uint8Array;
}

/** Candidates for removal, and which one each weight belongs to. */
export interface Groups {
  readonly candidates: Candidates;
  readonly groupOf: (i: number) => number;
}

export function isNofM(structure: Structure): structure is NofM {
  return typeof structure === 'object' && 'n' in structure;
}

/** Throws for a structure that is none. */
export function checkStructure(where: string, structure: Structure): void {
  const natural = (value: unknown) => Number.isSafeInteger(value) && (value as number) > 0;
  const fits =
    structure === 'unstructured' ||
    structure === 'filter' ||
    (typeof structure === 'object' &&
      (isNofM(structure)
        ? natural(structure.n) && natural(structure.m) && structure.n < structure.m
        : structure.block?.length === 2 &&
          structure.block.every(natural) &&
          ['average', 'max'].includes(structure.pooling ?? 'average')));
  if (fits) return;
  const expected = "'unstructured', 'filter', { block: [rows, columns] } or { n, m } with n < m";
  throw new ArgumentError({ where, argument: 'options.structure', got: structure, expected });
}

/** The groups of a tensor; a group is alive if any of its weights is. */
export function groupsOf(where: string, tensor: WeightArray, structure: Structure): Groups {
  const { name, shape, values, alive } = tensor;
  if (structure === 'unstructured') return { candidates: { numbers: values, alive }, groupOf: (i) => i };
  const columns = shape.at(-1)!;
  if (structure === 'filter') return pooled(tensor, columns, (i) => i % columns, false);
  const { block, pooling } = structure as Block;
  if (shape.length !== 2) {
    const expected = 'matrices where blocks are asked for';
    throw new ArgumentError({ where, argument: `weights['${name}']`, got: [...shape], expected });
  }
  const across = Math.ceil(columns / block[1]);
  const groupOf = (i: number) =>
    Math.floor(Math.floor(i / columns) / block[0]) * across + Math.floor((i % columns) / block[1]);
  return pooled(tensor, Math.ceil(shape[0]! / block[0]) * across, groupOf, pooling === 'max');
}

function pooled(
  { values, alive }: WeightArray,
  count: number,
  groupOf: (i: number) => number,
  largest: boolean,
): Groups {
  const [sums, sizes] = [new Float64Array(count), new Uint32Array(count)];
  const living = new Uint8Array(count);
  for (let i = 0; i < values.length; i++) {
    const group = groupOf(i);
    const magnitude = Math.abs(values[i]!) * alive[i]!;
    sums[group] = largest ? Math.max(sums[group]!, magnitude) : sums[group]! + magnitude;
    sizes[group]!++;
    living[group]! |= alive[i]!;
  }
  const numbers = Float32Array.from(sums, (sum, group) => (largest ? sum : sum / sizes[group]!));
  return { candidates: { numbers, alive: living }, groupOf };
}

/** Takes all but the `n` largest of every `m` weights along the inputs out of `alive`; of equal ones, the first. */
export function keepNofM({ shape, values, alive }: WeightArray, { n, m }: NofM): void {
  const outputs = shape.at(-1)!;
  const inputs = shape.at(-2) ?? 1;
  for (let begin = 0; begin < values.length; begin += inputs * outputs) {
    for (let column = 0; column < outputs; column++) {
      for (let row = 0; row < inputs; row += m) {
        const members = Array.from(
          { length: Math.min(m, inputs - row) },
          (_, k) => begin + (row + k) * outputs + column,
        );
        const magnitude = (i: number) => (alive[i] ? Math.abs(values[i]!) : -1);
        // The sort is stable: of equal ones, the first is removed first.
        const removed = members.toSorted((a, b) => magnitude(a) - magnitude(b)).slice(0, -n);
        if (members.length > n) for (const i of removed) alive[i] = 0;
      }
    }
  }
}
