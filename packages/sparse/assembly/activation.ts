// What follows a product: a slope for what is not above 0, and dropout by the masks of core's counter-random.ts, whose rows
// are the examples and whose columns are the units.
import { columnKey, dropLimit, keptInFirst, keptInSecond, products, saltOf, writeRowKeys } from '../../core/assembly/counter-random';
import { loadLanes, storeLanes } from '../../core/assembly/lanes';
import { splat } from '../../core/assembly/simd-math';
import { at, lanesSum } from './lanes';

/** Before the keys of a mask: its salt, how much it drops, its scale, and the bytes of its first keys. */
const HEAD: usize = 16;

/** Writes what `passRow` wants of a mask: HEAD bytes, and 32 for each eight examples. */
export function writeMask(seed: u32, dropped: i32, scale: f32, batch: i32, to: usize): void {
  const pairs = ((batch + 7) >> 3) << 2;
  store<u32>(to, saltOf(seed));
  store<i32>(to, dropped, 4);
  store<f32>(to, scale, 8);
  store<u32>(to, <u32>at(pairs), 12);
  writeRowKeys(seed, pairs, to + HEAD);
}

/** to = from where the signs are above 0, else 0; their sum. */
function passPositive(from: usize, signs: usize, to: usize, batch: i32): f32 {
  let s0 = splat(0), s1 = splat(0);
  for (; batch >= 8; batch -= 8, from += 32, signs += 32, to += 32) {
    const d0 = v128.and(v128.load(from), f32x4.gt(v128.load(signs), splat(0)));
    const d1 = v128.and(v128.load(from, 16), f32x4.gt(v128.load(signs, 16), splat(0)));
    v128.store(to, d0);
    v128.store(to, d1, 16);
    s0 = f32x4.add(s0, d0);
    s1 = f32x4.add(s1, d1);
  }
  for (; batch > 0; batch -= 4, from += 16, signs += 16, to += 16) {
    const d = v128.and(loadLanes(from, batch), f32x4.gt(loadLanes(signs, batch), splat(0)));
    storeLanes(to, d, batch);
    s0 = f32x4.add(s0, d);
  }
  return lanesSum(f32x4.add(s0, s1));
}

/** All bits set in the lanes that are above 0, of four numbers or of the bits of `place`. */
@inline
function positive(signs: usize, bits: bool, place: v128): v128 {
  if (bits) return i32x4.eq(v128.and(v128.load8_splat(signs), place), place);
  return f32x4.gt(v128.load(signs), splat(0));
}

/**
 * to = from · f′ · mask for the examples of one unit, and their sum. f′ is 1 where the signs, numbers or bits of them, are
 * above 0, else `slope`. `mask` is 0 for none. Unless `kept` is 0, a bit for each sign is written there.
 */
export function passRow(
  from: usize, signs: usize, bits: bool, to: usize, batch: i32, slope: f32, mask: usize, unit: i32, kept: usize,
): f32 {
  if (slope == 0 && !mask) return passPositive(from, signs, to, batch);
  const scale: f32 = mask ? load<f32>(mask, 8) : 1;
  const low = splat(slope * scale);
  // Taken from the low factor, it gives the high one.
  const difference = v128.xor(splat(scale), low);
  const first = i32x4(1, 2, 4, 8), second = i32x4(16, 32, 64, 128);
  let key = splat(0), limit = splat(0);
  let keys: usize = 0, apart: usize = 0;
  if (mask) {
    key = i32x4.splat(columnKey(load<u32>(mask), unit));
    limit = dropLimit(load<i32>(mask, 4));
    apart = load<u32>(mask, 12);
    keys = mask + HEAD;
  }
  let s0 = splat(0), s1 = splat(0);
  const step: usize = bits ? 1 : 32, half: usize = bits ? 0 : 16;
  for (; batch >= 8; batch -= 8, from += 32, to += 32, signs += step, keys += 16) {
    const p0 = positive(signs, bits, first), p1 = positive(signs + half, bits, second);
    if (kept) {
      store<u8>(kept, <u8>(i32x4.bitmask(p0) | (i32x4.bitmask(p1) << 4)));
      kept++;
    }
    let d0 = f32x4.mul(v128.load(from), v128.xor(v128.and(difference, p0), low));
    let d1 = f32x4.mul(v128.load(from, 16), v128.xor(v128.and(difference, p1), low));
    if (mask) {
      const random = products(key, v128.load(keys), v128.load(keys + apart));
      d0 = v128.and(d0, keptInFirst(random, limit));
      d1 = v128.and(d1, keptInSecond(random, limit));
    }
    v128.store(to, d0);
    v128.store(to, d1, 16);
    s0 = f32x4.add(s0, d0);
    s1 = f32x4.add(s1, d1);
  }
  if (kept && batch > 0) store<u8>(kept, 0);
  for (let shift = 0; batch > 0; batch -= 4, from += 16, to += 16, signs += half, shift = 4) {
    const p = bits ? positive(signs, true, shift ? second : first) : f32x4.gt(loadLanes(signs, batch), splat(0));
    if (kept) store<u8>(kept, load<u8>(kept) | <u8>(i32x4.bitmask(p) << shift));
    let d = f32x4.mul(loadLanes(from, batch), v128.xor(v128.and(difference, p), low));
    if (mask) {
      const random = products(key, v128.load(keys), v128.load(keys + apart));
      d = v128.and(d, shift ? keptInSecond(random, limit) : keptInFirst(random, limit));
    }
    storeLanes(to, d, batch);
    s0 = f32x4.add(s0, d);
  }
  return lanesSum(f32x4.add(s0, s1));
}
