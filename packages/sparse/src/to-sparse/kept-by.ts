import type { Mask } from '../pruning/mask.ts';

/** Whether entry i of a kernel is kept: by its mask, or, if it has none, because it is not 0. */
export function keptBy(mask: Mask | undefined, entries: Float32Array): (i: number) => boolean {
  if (!mask) return (i) => entries[i] !== 0;
  const { bits } = mask;
  return (i) => ((bits[i >> 3]! >> (i & 7)) & 1) === 1;
}
