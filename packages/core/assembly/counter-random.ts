// The dropout masks of src/random/counter-random.ts, bit for bit. A word holds the bits of two rows of a mask.

@inline
function mix(x: u32): u32 {
  x = (x ^ (x >>> 16)) * 0x21f0aaad;
  x = (x ^ (x >>> 15)) * 0x735a2d97;
  return x ^ (x >>> 15);
}

/** Writes the two keys of each of these pairs of rows: all first ones, then all second ones. */
export function writeRowKeys(seed: u32, pairs: i32, to: usize): void {
  const second = to + (<usize>pairs << 2);
  for (let pair = 0; pair < pairs; pair++) {
    const key = mix(seed ^ mix(pair + 0x9e3779b9));
    store<u32>(to + (<usize>pair << 2), key);
    store<u32>(second + (<usize>pair << 2), mix(key + 0x85ebca6b) | 1);
  }
}

/** What the keys of all columns have in common. */
@inline
export function saltOf(seed: u32): u32 {
  return mix(seed);
}

@inline
export function columnKey(salt: u32, column: u32): u32 {
  return mix(salt ^ column);
}

/** The limit that the functions below take; `dropped` must not be 0. */
@inline
export function dropLimit(dropped: i32): v128 {
  return i32x4.splat(((dropped << 16) ^ 0x80000000) - 1);
}

/** What the bits of four places, for two rows each, are in. */
@inline
export function products(column: v128, first: v128, second: v128): v128 {
  return i32x4.mul(v128.xor(column, first), second);
}

/** All bits set in the lanes that the first rows of the pairs keep. */
@inline
export function keptInFirst(products: v128, limit: v128): v128 {
  return i32x4.gt_s(v128.xor(products, i32x4.shl(products, 16)), limit);
}

@inline
export function keptInSecond(products: v128, limit: v128): v128 {
  return i32x4.gt_s(products, limit);
}
