// Logical gates over groups of k, forward and backward. z: [rows][groups][k][inner] → y: [rows][groups][inner].
//
// Four outputs are made at once. They lie next to each other; their members lie `lane` floats apart from output to
// output and `element` floats apart within a group. Strides and counts are in floats.
import { evens, odds } from '../../../core/assembly/lanes';
import { splat } from '../../../core/assembly/simd-math';

const OR = 0;
const MAX = 1;
const XNOR = 2;

@inline
function signBit(): v128 {
  return i32x4.splat(0x80000000);
}

/** Up to four floats, `lane` floats apart. */
@inline
function gather(from: usize, lane: i32, left: i32): v128 {
  if (lane == 1 && left >= 4) return v128.load(from);
  const step = lane << 2;
  let lanes = v128.load32_zero(from);
  if (left > 1) lanes = v128.load_lane<u32>(from + step, lanes, 1);
  if (left > 2) lanes = v128.load_lane<u32>(from + 2 * step, lanes, 2);
  if (left > 3) lanes = v128.load_lane<u32>(from + 3 * step, lanes, 3);
  return lanes;
}

@inline
function scatter(to: usize, lane: i32, left: i32, lanes: v128): void {
  if (lane == 1 && left >= 4) return v128.store(to, lanes);
  const step = lane << 2;
  v128.store_lane<u32>(to, lanes, 0);
  if (left > 1) v128.store_lane<u32>(to + step, lanes, 1);
  if (left > 2) v128.store_lane<u32>(to + 2 * step, lanes, 2);
  if (left > 3) v128.store_lane<u32>(to + 3 * step, lanes, 3);
}

/** OR or max of k members, each with the sign `mirror`, which makes them AND and min. */
@inline
function largest(gate: i32, z: usize, lane: i32, element: i32, k: i32, left: i32, mirror: v128): v128 {
  let best = splat(-Infinity);
  let sum = splat(0);
  for (let i = 0; i < k; i++, z += element << 2) {
    const x = v128.xor(gather(z, lane, left), mirror);
    best = f32x4.max(best, x);
    if (gate == OR) sum = f32x4.add(sum, f32x4.max(x, splat(0)));
  }
  if (gate == OR) best = v128.bitselect(sum, best, f32x4.gt(sum, splat(0)));
  return v128.xor(best, mirror);
}

/** (−1)ᵏ · ∏ sgn · min |z| of k members. */
@inline
function parity(z: usize, lane: i32, element: i32, k: i32, left: i32): v128 {
  let least = splat(Infinity);
  let sign = k & 1 ? signBit() : splat(0);
  for (let i = 0; i < k; i++, z += element << 2) {
    const x = gather(z, lane, left);
    least = f32x4.min(least, f32x4.abs(x));
    sign = v128.xor(sign, f32x4.lt(x, splat(0)));
  }
  return v128.xor(least, v128.and(sign, signBit()));
}

/** Adds to, or sets, up to four elements of dz. */
@inline
function put(dz: usize, lane: i32, left: i32, slope: v128, dy: v128, add: bool): void {
  const gradient = f32x4.mul(slope, dy);
  scatter(dz, lane, left, add ? f32x4.add(gather(dz, lane, left), gradient) : gradient);
}

@inline
function largestGrad(gate: i32, z: usize, dz: usize, lane: i32, element: i32, k: i32, left: i32, mirror: v128, dy: v128, add: bool): void {
  let best = splat(-Infinity);
  for (let i = 0; i < k; i++) {
    best = f32x4.max(best, v128.xor(gather(z + ((i * element) << 2), lane, left), mirror));
  }
  const anyPositive = gate == OR ? f32x4.gt(best, splat(0)) : splat(0);
  let taken = splat(0);
  for (let i = 0; i < k; i++) {
    const at = (i * element) << 2;
    const x = v128.xor(gather(z + at, lane, left), mirror);
    const first = v128.andnot(f32x4.eq(x, best), taken);
    taken = v128.or(taken, first);
    const passes = v128.bitselect(f32x4.gt(x, splat(0)), first, anyPositive);
    put(dz + at, lane, left, v128.and(splat(1), passes), dy, add);
  }
}

@inline
function parityGrad(z: usize, dz: usize, lane: i32, element: i32, k: i32, left: i32, dy: v128, add: bool): void {
  let least = splat(Infinity);
  let sign = k & 1 ? signBit() : splat(0);
  let oneZero = splat(0);
  let twoZeros = splat(0);
  for (let i = 0; i < k; i++) {
    const x = gather(z + ((i * element) << 2), lane, left);
    least = f32x4.min(least, f32x4.abs(x));
    sign = v128.xor(sign, f32x4.lt(x, splat(0)));
    const zero = f32x4.eq(x, splat(0));
    twoZeros = v128.or(twoZeros, v128.and(oneZero, zero));
    oneZero = v128.or(oneZero, zero);
  }
  let taken = twoZeros;
  for (let i = 0; i < k; i++) {
    const at = (i * element) << 2;
    const x = gather(z + at, lane, left);
    const first = v128.andnot(f32x4.eq(f32x4.abs(x), least), taken);
    taken = v128.or(taken, first);
    // The member's own sign is taken out of the product again.
    const others = v128.and(v128.xor(sign, f32x4.lt(x, splat(0))), signBit());
    put(dz + at, lane, left, v128.and(first, v128.or(splat(1), others)), dy, add);
  }
}

@inline
function pairValue(gate: i32, a: v128, b: v128, mirror: v128): v128 {
  if (gate == XNOR) {
    const sign = v128.xor(f32x4.lt(a, splat(0)), f32x4.lt(b, splat(0)));
    return v128.xor(f32x4.min(f32x4.abs(a), f32x4.abs(b)), v128.and(sign, signBit()));
  }
  const x = v128.xor(a, mirror);
  const y = v128.xor(b, mirror);
  // max + max(min, 0). Where one of the two is NaN, pmax gives x and pmin gives y, so the sum is NaN.
  const best = gate == OR
    ? f32x4.add(f32x4.pmax(x, y), f32x4.pmax(f32x4.pmin(y, x), splat(0)))
    : f32x4.max(x, y);
  return v128.xor(best, mirror);
}

/** −1, 0 or 1. */
@inline
function sgn(x: v128): v128 {
  const one = v128.or(splat(1), v128.and(x, signBit()));
  return v128.and(one, f32x4.ne(x, splat(0)));
}

/** Forward pass of whole fours of adjacent pairs; returns how many groups it served. */
@inline
function forwardPairs(gate: i32, z: usize, y: usize, groups: i32, mirror: v128, scale: v128, shift: v128): i32 {
  const whole = groups & ~3;
  for (let g = 0; g < whole; g += 4, z += 32, y += 16) {
    const low = v128.load(z);
    const high = v128.load(z, 16);
    const value = pairValue(gate, evens(low, high), odds(low, high), mirror);
    v128.store(y, f32x4.add(f32x4.mul(value, scale), shift));
  }
  return whole;
}

/** Backward pass of whole fours of adjacent pairs; returns how many groups it served. */
@inline
function backwardPairs(gate: i32, z: usize, dy: usize, dz: usize, groups: i32, mirror: v128, scale: v128, add: bool): i32 {
  const whole = groups & ~3;
  for (let g = 0; g < whole; g += 4, z += 32, dz += 32, dy += 16) {
    const low = v128.load(z);
    const high = v128.load(z, 16);
    const a = v128.xor(evens(low, high), mirror);
    const b = v128.xor(odds(low, high), mirror);
    const gradient = f32x4.mul(v128.load(dy), scale);
    let da: v128;
    let db: v128;
    if (gate == XNOR) {
      const aFirst = f32x4.le(f32x4.abs(a), f32x4.abs(b));
      da = f32x4.mul(gradient, v128.and(sgn(b), aFirst));
      db = f32x4.mul(gradient, v128.andnot(sgn(a), aFirst));
    } else {
      let passA = f32x4.ge(a, b);
      let passB = v128.not(passA);
      if (gate == OR) {
        passA = v128.or(passA, f32x4.gt(a, splat(0)));
        passB = v128.or(passB, f32x4.gt(b, splat(0)));
      }
      da = v128.and(gradient, passA);
      db = v128.and(gradient, passB);
    }
    let first = v128.shuffle<i32>(da, db, 0, 4, 1, 5);
    let second = v128.shuffle<i32>(da, db, 2, 6, 3, 7);
    if (add) {
      first = f32x4.add(first, v128.load(dz));
      second = f32x4.add(second, v128.load(dz, 16));
    }
    v128.store(dz, first);
    v128.store(dz, second, 16);
  }
  return whole;
}

@inline
function forwardRows(
  gate: i32, z: usize, y: usize, rows: i32, zRow: i32, yRow: i32, groups: i32, k: i32, inner: i32,
  mirrored: bool, scale: f32, shift: f32,
): void {
  const mirror = mirrored ? signBit() : splat(0);
  const vScale = splat(scale);
  const vShift = splat(shift);
  // With nothing inside the channel axis all groups of a row are one run of lanes; else each group is a run.
  const flat = inner == 1;
  const length = flat ? groups : inner;
  const lane = flat ? k : 1;
  const runs = flat ? 1 : groups;
  for (let row = 0; row < rows; row++, z += zRow << 2, y += yRow << 2) {
    let from = z;
    let to = y;
    for (let run = 0; run < runs; run++, from += (k * inner) << 2, to += inner << 2) {
      const done = flat && k == 2 ? forwardPairs(gate, from, to, groups, mirror, vScale, vShift) : 0;
      for (let p = done; p < length; p += 4) {
        const at = from + ((p * lane) << 2);
        const left = length - p;
        const value = gate == XNOR ? parity(at, lane, inner, k, left) : largest(gate, at, lane, inner, k, left, mirror);
        scatter(to + (p << 2), 1, left, f32x4.add(f32x4.mul(value, vScale), vShift));
      }
    }
  }
}

@inline
function backwardRows(
  gate: i32, z: usize, dy: usize, dz: usize, rows: i32, zRow: i32, yRow: i32, groups: i32, k: i32,
  inner: i32, mirrored: bool, scale: f32, add: bool,
): void {
  const mirror = mirrored ? signBit() : splat(0);
  const vScale = splat(scale);
  const flat = inner == 1;
  const length = flat ? groups : inner;
  const lane = flat ? k : 1;
  const runs = flat ? 1 : groups;
  for (let row = 0; row < rows; row++, z += zRow << 2, dz += zRow << 2, dy += yRow << 2) {
    let offset: usize = 0;
    let from = dy;
    for (let run = 0; run < runs; run++, offset += (k * inner) << 2, from += inner << 2) {
      const done = flat && k == 2 ? backwardPairs(gate, z, from, dz, groups, mirror, vScale, add) : 0;
      for (let p = done; p < length; p += 4) {
        const at = offset + ((p * lane) << 2);
        const left = length - p;
        const gradient = f32x4.mul(gather(from + (p << 2), 1, left), vScale);
        if (gate == XNOR) parityGrad(z + at, dz + at, lane, inner, k, left, gradient, add);
        else largestGrad(gate, z + at, dz + at, lane, inner, k, left, mirror, gradient, add);
      }
    }
  }
}

// `gate` is a constant in each branch, so that each gets loops of its own without further tests.
export function forward(
  gate: i32, z: usize, y: usize, rows: i32, zRow: i32, yRow: i32, groups: i32, k: i32, inner: i32,
  mirrored: bool, scale: f32, shift: f32,
): void {
  if (gate == OR) forwardRows(OR, z, y, rows, zRow, yRow, groups, k, inner, mirrored, scale, shift);
  else if (gate == MAX) forwardRows(MAX, z, y, rows, zRow, yRow, groups, k, inner, mirrored, scale, shift);
  else forwardRows(XNOR, z, y, rows, zRow, yRow, groups, k, inner, mirrored, scale, shift);
}

export function backward(
  gate: i32, z: usize, dy: usize, dz: usize, rows: i32, zRow: i32, yRow: i32, groups: i32, k: i32,
  inner: i32, mirrored: bool, scale: f32, add: bool,
): void {
  if (gate == OR) backwardRows(OR, z, dy, dz, rows, zRow, yRow, groups, k, inner, mirrored, scale, add);
  else if (gate == MAX) backwardRows(MAX, z, dy, dz, rows, zRow, yRow, groups, k, inner, mirrored, scale, add);
  else backwardRows(XNOR, z, dy, dz, rows, zRow, yRow, groups, k, inner, mirrored, scale, add);
}
