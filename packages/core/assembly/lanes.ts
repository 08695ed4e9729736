// Vectors of four floats between memory and lanes.
import { loadTail, storeTail } from './simd-math';

/** The bytes of `count` floats. */
@inline
export function floats(count: i32): usize {
  return <usize>count << 2;
}

@inline
export function roundUp(value: i32, multiple: i32): i32 {
  return ((value + multiple - 1) / multiple) * multiple;
}

/** The next four floats of `left` > 0 that remain; zeros behind the last. */
@inline
export function loadLanes(address: usize, left: i32): v128 {
  return left >= 4 ? v128.load(address) : loadTail(address, left);
}

/** Stores as many lanes as `left` > 0 floats remain, at most four. */
@inline
export function storeLanes(address: usize, lanes: v128, left: i32): void {
  if (left >= 4) v128.store(address, lanes);
  else storeTail(address, lanes, left);
}

/** Lanes 0, 2, 4 and 6 of eight. */
@inline
export function evens(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(low, high, 0, 2, 4, 6);
}

/** Lanes 1, 3, 5 and 7 of eight. */
@inline
export function odds(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(low, high, 1, 3, 5, 7);
}

/** The lanes of a, b, c and d become the columns of four rows that lie `stride` bytes apart. */
@inline
export function storeTransposed(to: usize, stride: usize, a: v128, b: v128, c: v128, d: v128): void {
  const low01 = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const high01 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const low23 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const high23 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(low01, low23, 0, 2));
  v128.store(to + stride, v128.shuffle<i64>(low01, low23, 1, 3));
  v128.store(to + 2 * stride, v128.shuffle<i64>(high01, high23, 0, 2));
  v128.store(to + 3 * stride, v128.shuffle<i64>(high01, high23, 1, 3));
}

/** The transpose of four rows of four floats, `fromStride` bytes apart, in rows `toStride` bytes apart. */
@inline
export function transposeTile(from: usize, fromStride: usize, to: usize, toStride: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + fromStride);
  const c = v128.load(from + 2 * fromStride);
  const d = v128.load(from + 3 * fromStride);
  storeTransposed(to, toStride, a, b, c, d);
}
