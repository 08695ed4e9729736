// The counter-based random bits of src/random/counter-random.ts, word for word.

@inline
function mix(x: u32): u32 {
  x = (x ^ (x >>> 16)) * 0x21f0aaad;
  x = (x ^ (x >>> 15)) * 0x735a2d97;
  return x ^ (x >>> 15);
}

/** The first key of a row. */
@inline
export function firstKey(seed: u32, row: u32): u32 {
  return mix(seed ^ mix(row + 0x9e3779b9));
}

/** The second key of a row, from its first. */
@inline
export function secondKey(first: u32): u32 {
  return mix(first + 0x85ebca6b);
}

/** Four words of a row, one for each column; the keys are splats. */
@inline
export function words(first: v128, second: v128, columns: v128): v128 {
  let x = v128.xor(columns, first);
  x = v128.xor(x, i32x4.shr_u(x, 16));
  x = v128.xor(i32x4.mul(x, i32x4.splat(0x21f0aaad)), second);
  x = v128.xor(x, i32x4.shr_u(x, 15));
  x = i32x4.mul(x, i32x4.splat(0x735a2d97));
  return v128.xor(x, i32x4.shr_u(x, 15));
}

/** The limit below which a word's half, as a signed number in the upper 16 bits, means dropped. */
@inline
export function dropLimit(dropped: i32): v128 {
  return i32x4.splat((dropped << 16) ^ 0x80000000);
}

/** All bits set in the lanes that an even row keeps; the words are those of half its row number. */
@inline
export function keptInEvenRow(words: v128, limit: v128): v128 {
  return i32x4.ge_s(words, limit);
}

/** The same for the odd row after it, which shares its words. */
@inline
export function keptInOddRow(words: v128, limit: v128): v128 {
  return i32x4.ge_s(i32x4.shl(words, 16), limit);
}
