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
    const members = Uint32Array.from(values.keys()).filter((p) => values[p]! < 0 === negative);
    const magnitudes = Float32Array.from(members, (p) => Math.abs(values[p]!));
    const chosen = markSmallest(magnitudes, Math.floor(fraction * members.length));
    for (const [i, p] of members.entries()) marks[p] = chosen[i]!;
  }
  return marks;
}

/**
 * The share that can be replaced: where fewer positions are free than are to be grown, as many as half of the free ones.
 */
export function feasibleFraction(fraction: number, connections: number, positions: number): number {
  const free = positions - connections;
  return fraction * connections <= free ? fraction : Math.floor(free / 2) / connections;
}
