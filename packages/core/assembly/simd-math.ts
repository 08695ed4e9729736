// Elementary functions on four float32 lanes, for the kernels in `*.as.ts` files. NaN lanes stay NaN.

@inline
export function splat(value: f32): v128 {
  return f32x4.splat(value);
}

/**
 * The smaller of x and a limit, one instruction where f32x4.min takes many; a NaN x stays NaN, so x comes first.
 */
@inline
export function atMost(x: v128, limit: f32): v128 {
  return f32x4.pmin(x, splat(limit));
}

/** The larger of x and a limit; a NaN x stays NaN. */
@inline
export function atLeast(x: v128, limit: f32): v128 {
  return f32x4.pmax(x, splat(limit));
}

// Added to a float of magnitude below 2²², 1.5·2²³ rounds it to a whole number, which the low bits of the sum then hold.
const ROUNDER: f32 = 12582912;

/** e^x with a relative error below 2e-7; flushes to about 1e-38 below −87.3 and saturates above 88.3. */
@inline
export function exp(x: v128): v128 {
  const clamped = atLeast(atMost(x, 88.3762626647949), -87.3365447505531);
  // With 127, the bias of float exponents, in the low bits, a shift alone makes 2ⁿ.
  const shifted = f32x4.add(f32x4.mul(clamped, splat(1.44269504088896341)), splat(ROUNDER + 127));
  const power = i32x4.shl(shifted, 23);
  const n = f32x4.sub(shifted, splat(ROUNDER + 127));
  // ln 2 in two parts, the first exact in few bits, so that n·ln 2 is subtracted without rounding.
  let r = f32x4.sub(clamped, f32x4.mul(n, splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, splat(-2.12194440e-4)));
  let p = f32x4.add(f32x4.mul(splat(1.9875691500e-4), r), splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), splat(1));
  return f32x4.mul(p, power);
}

/** sin r for r in [−π/2, π/2], error below 1.2e-7: an odd polynomial of degree 9, least maximal error. */
@inline
function sinNearZero(r: v128): v128 {
  const s = f32x4.mul(r, r);
  let p = f32x4.add(f32x4.mul(splat(2.60005469e-6), s), splat(-1.98066152e-4));
  p = f32x4.add(f32x4.mul(p, s), splat(8.33301729e-3));
  p = f32x4.add(f32x4.mul(p, s), splat(-1.66666571e-1));
  return f32x4.add(r, f32x4.mul(f32x4.mul(r, s), p));
}

/** x − q·π with π in three parts, right while |q| stays below a few thousand. */
@inline
function subtractPi(x: v128, q: v128): v128 {
  let r = f32x4.sub(x, f32x4.mul(q, splat(3.140625)));
  r = f32x4.sub(r, f32x4.mul(q, splat(9.67502593994140625e-4)));
  return f32x4.sub(r, f32x4.mul(q, splat(1.509957990978376432e-7)));
}

/** Flips the sign of the lanes where the whole number held in the low bits of `shifted` is odd. */
@inline
function flipWhereOdd(value: v128, shifted: v128): v128 {
  return v128.xor(value, i32x4.shl(shifted, 31));
}

@inline
export function sin(x: v128): v128 {
  const shifted = f32x4.add(f32x4.mul(x, splat(0.318309886183790671)), splat(ROUNDER));
  const n = f32x4.sub(shifted, splat(ROUNDER));
  return flipWhereOdd(sinNearZero(subtractPi(x, n)), shifted);
}

@inline
export function cos(x: v128): v128 {
  // With x = (n − ½)π + r, cos x = (−1)ⁿ sin r.
  const half = f32x4.add(f32x4.mul(x, splat(0.318309886183790671)), splat(0.5));
  const shifted = f32x4.add(half, splat(ROUNDER));
  const n = f32x4.sub(shifted, splat(ROUNDER));
  return flipWhereOdd(sinNearZero(subtractPi(x, f32x4.sub(n, splat(0.5)))), shifted);
}

/** 1 / (1 + e^−x), from e^−|x| so that nothing overflows. */
@inline
export function sigmoid(x: v128): v128 {
  const e = exp(f32x4.neg(f32x4.abs(x)));
  const large = f32x4.div(splat(1), f32x4.add(splat(1), e));
  return v128.bitselect(f32x4.mul(e, large), large, f32x4.lt(x, splat(0)));
}

/** The lanes of `value` where `mask` is set, else 0. */
@inline
export function zeroUnless(value: v128, mask: v128): v128 {
  return v128.and(value, mask);
}

/** a·b + c: one instruction in the relaxed build. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** The sums over the lanes of a, b, c and d. */
@inline
export function sumsOf(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<i64>(ab, cd, 0, 2), v128.shuffle<i64>(ab, cd, 1, 3));
}

/** Loads the `count` < 4 floats at the end of an array, without reading past it. */
@inline
export function loadTail(address: usize, count: i32): v128 {
  let lanes = v128.load32_zero(address);
  if (count > 1) lanes = v128.load_lane<f32>(address, lanes, 1, 4);
  if (count > 2) lanes = v128.load_lane<f32>(address, lanes, 2, 8);
  return lanes;
}

@inline
export function storeTail(address: usize, lanes: v128, count: i32): void {
  v128.store_lane<f32>(address, lanes, 0);
  if (count > 1) v128.store_lane<f32>(address, lanes, 1, 4);
  if (count > 2) v128.store_lane<f32>(address, lanes, 2, 8);
}
