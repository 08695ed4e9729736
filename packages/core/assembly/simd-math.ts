// Elementary functions on four float32 lanes, for the kernels in `*.as.ts` files. NaN lanes stay NaN.

@inline
export function splat(value: f32): v128 {
  return f32x4.splat(value);
}

/** e^x with a relative error below 2e-7; flushes to about 1e-38 below −87.3 and saturates above 88.3. */
@inline
export function exp(x: v128): v128 {
  const clamped = f32x4.max(f32x4.min(x, splat(88.3762626647949)), splat(-87.3365447505531));
  const n = f32x4.nearest(f32x4.mul(clamped, splat(1.44269504088896341)));
  // ln 2 in two parts, the first exact in few bits, so that n·ln 2 is subtracted without rounding.
  let r = f32x4.sub(clamped, f32x4.mul(n, splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, splat(-2.12194440e-4)));
  let p = f32x4.add(f32x4.mul(splat(1.9875691500e-4), r), splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
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

/** Flips the sign of the lanes where the whole number `n` is odd. */
@inline
function flipWhereOdd(value: v128, n: v128): v128 {
  return v128.xor(value, i32x4.shl(i32x4.trunc_sat_f32x4_s(n), 31));
}

@inline
export function sin(x: v128): v128 {
  const n = f32x4.nearest(f32x4.mul(x, splat(0.318309886183790671)));
  return flipWhereOdd(sinNearZero(subtractPi(x, n)), n);
}

@inline
export function cos(x: v128): v128 {
  // With x = (n − ½)π + r, cos x = (−1)ⁿ sin r.
  const n = f32x4.nearest(f32x4.add(f32x4.mul(x, splat(0.318309886183790671)), splat(0.5)));
  return flipWhereOdd(sinNearZero(subtractPi(x, f32x4.sub(n, splat(0.5)))), n);
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
