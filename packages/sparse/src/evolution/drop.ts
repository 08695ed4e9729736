import { markSmallest } from './select.ts';

/**
 * Which connections an evolution step removes: `'sign'`, of the positive and of the negative ones each the share that is
 * nearest to 0, as SET does, or `'magnitude'`, the share of all.
 */
export type DropBy = 'sign' | 'magnitude';

/**
 * Marks the connections to remove: ⌊fraction · count⌋ of each sign, or of all. A stored 0 counts as positive.
 *
 * @returns [values], 1 where removed.
 */
export function markDropped(values: Float32Array, fraction: number, by: DropBy): Uint8Array {
  if (by === 'magnitude') return markSmallest(values.map(Math.abs), Math.floor(fraction * values.length));
  const marks = new Uint8Array(values.length);
  for (const negative of [false, true]) {
    const magnitudes = new Float32Array(values.length);
    let count = 0;
    for (let p = 0; p < values.length; p++) {
      if (values[p]! < 0 === negative) magnitudes[count++] = Math.abs(values[p]!);
    }
    const chosen = markSmallest(magnitudes.subarray(0, count), Math.floor(fraction * count));
    for (let p = 0, i = 0; p < values.length; p++) {
      if (values[p]! < 0 === negative) marks[p] = chosen[i++]!;
    }
  }
  return marks;
}

/** How many are marked. */
export function countMarks(marks: Uint8Array): number {
  let count = 0;
  for (let p = 0; p < marks.length; p++) count += marks[p]!;
  return count;
}

/** The positions without a mark. */
export function unmarked(positions: Float64Array, marks: Uint8Array): Float64Array {
  const left = new Float64Array(positions.length - countMarks(marks));
  for (let p = 0, at = 0; p < positions.length; p++) if (marks[p] === 0) left[at++] = positions[p]!;
  return left;
}

/**
 * The share that can be replaced: where fewer positions are free than are to be grown, as many as half of the free ones.
 */
export function feasibleFraction(fraction: number, connections: number, positions: number): number {
  const free = positions - connections;
  return fraction * connections <= free ? fraction : Math.floor(free / 2) / connections;
}
