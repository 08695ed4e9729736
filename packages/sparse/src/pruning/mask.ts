/** Which weights of a tensor are kept, one bit each: bit i % 8 of byte ⌊i / 8⌋ belongs to weight i in row-major order. */
export interface Mask {
  readonly shape: readonly number[];
  /** [⌈size / 8⌉]; the bits behind the last weight are 0. */
  readonly bits: Uint8Array;
}

/** The number of weights that a mask speaks of. */
export function sizeOf({ shape }: Pick<Mask, 'shape'>): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** A mask from one number for each weight, 0 where it is pruned. */
export function packMask(shape: readonly number[], kept: ArrayLike<number>): Mask {
  const bits = new Uint8Array(Math.ceil(kept.length / 8));
  for (let i = 0; i < kept.length; i++) {
    if (kept[i] !== 0) bits[i >> 3]! |= 1 << (i & 7);
  }
  return { shape, bits };
}

/** One number for each weight, 1 where it is kept. */
export function unpackMask(mask: Mask): Uint8Array {
  return Uint8Array.from({ length: sizeOf(mask) }, (_, i) => (mask.bits[i >> 3]! >> (i & 7)) & 1);
}

const ONES = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);

/** How many weights are kept. */
export function countKept({ bits }: Mask): number {
  let count = 0;
  for (const byte of bits) count += ONES[byte]!;
  return count;
}
