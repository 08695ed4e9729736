// The winners of each row of scores: the k-th largest by radix select, eight bits at a time on the bits of the floats,
// then one pass that writes what is kept and the mask.
import { loadTail, splat, storeTail } from '../../../core/assembly/simd-math';

const BINS = 256;

/** The bits of floats, made to sort as unsigned integers do. */
@inline
function sortable(bits: v128): v128 {
  return v128.xor(bits, v128.or(i32x4.shr_s(bits, 31), i32x4.splat(0x80000000)));
}

@inline
function unsorted(key: u32): f32 {
  return reinterpret<f32>(key & 0x80000000 ? key ^ 0x80000000 : ~key);
}

/** The k-th largest of `count` scores. `keys` has room for them and three more, `bins` for 256 counters. */
function kthLargest(score: usize, count: i32, k: i32, keys: usize, bins: usize): f32 {
  let i = 0;
  for (; i + 4 <= count; i += 4) v128.store(keys + (i << 2), sortable(v128.load(score + (i << 2))));
  if (i < count) v128.store(keys + (i << 2), sortable(loadTail(score + (i << 2), count - i)));

  for (let shift = 24; count > 1 && shift >= 0; shift -= 8) {
    memory.fill(bins, 0, BINS << 2);
    for (let i = 0; i < count; i++) {
      const bin = bins + (((load<u32>(keys + (i << 2)) >> shift) & 255) << 2);
      store<i32>(bin, load<i32>(bin) + 1);
    }
    let digit: u32 = 255;
    for (; ; digit--) {
      const inBin = load<i32>(bins + (digit << 2));
      if (inBin >= k) break;
      k -= inBin;
    }
    let left = 0;
    for (let i = 0; i < count; i++) {
      const key = load<u32>(keys + (i << 2));
      store<u32>(keys + (left << 2), key);
      left += i32(((key >> shift) & 255) == digit);
    }
    count = left;
  }
  return unsorted(load<u32>(keys));
}

/** Keeps all that reach the threshold. */
@inline
function keepReached(x: usize, score: usize, y: usize, mask: usize, count: i32, threshold: f32): void {
  const least = splat(threshold);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = i << 2;
    const wins = f32x4.ge(v128.load(score + at), least);
    v128.store(y + at, v128.and(v128.load(x + at), wins));
    v128.store(mask + at, v128.and(splat(1), wins));
  }
  if (i == count) return;
  const at = i << 2;
  const wins = f32x4.ge(loadTail(score + at, count - i), least);
  storeTail(y + at, v128.and(loadTail(x + at, count - i), wins), count - i);
  storeTail(mask + at, v128.and(splat(1), wins), count - i);
}

/** Keeps exactly k, the first among equals; with `relu` only those above 0. */
function keepFirst(x: usize, score: usize, y: usize, mask: usize, count: i32, threshold: f32, k: i32, relu: bool): void {
  let left = k;
  for (let i = 0; i < count; i++) left -= i32(load<f32>(score + (i << 2)) > threshold);
  for (let i = 0; i < count; i++) {
    const at = i << 2;
    const value = load<f32>(score + at);
    let wins = value > threshold;
    if (value == threshold && left > 0) {
      wins = true;
      left--;
    }
    if (relu && !(value > 0)) wins = false;
    store<f32>(y + at, wins ? load<f32>(x + at) : 0);
    store<f32>(mask + at, wins ? 1 : 0);
  }
}

export function keep(
  x: usize, score: usize, y: usize, mask: usize, rows: i32, count: i32, k: i32, breakTies: bool, relu: bool,
  keys: usize, bins: usize,
): void {
  const row = count << 2;
  for (let i = 0; i < rows; i++, x += row, score += row, y += row, mask += row) {
    const threshold = kthLargest(score, count, k, keys, bins);
    if (breakTies) keepFirst(x, score, y, mask, count, threshold, k, relu);
    else keepReached(x, score, y, mask, count, relu ? max<f32>(threshold, 0) : threshold);
  }
}
