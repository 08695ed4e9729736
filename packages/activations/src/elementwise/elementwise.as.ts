// Forward and backward kernels of the element-wise activations: y = value(x), dx = dy · slope(x).
import { adaSlope, adaValue } from '../../../core/assembly/ada';
import { loadLanes, storeLanes } from '../../../core/assembly/lanes';
import { atLeast, atMost, cos, exp, sigmoid, sin, splat, zeroUnless } from '../../../core/assembly/simd-math';

const NISH = 0;
const ADA = 1;
const ALL_RELU = 2;
const MISH = 3;
const SILU = 4;
const GELU = 5;
const GELU_TANH = 6;

// Below this the damped branches are 0 in float32; clamping first keeps −∞ · 0 away.
const DEEP: f32 = -104;

@inline
function nishValue(x: v128, p: v128, a: v128, b: v128): v128 {
  const positive = f32x4.gt(x, splat(0));
  if (v128.all_true<i32>(positive)) return x;
  const z = atLeast(atMost(x, 0), DEEP);
  const wave = f32x4.add(f32x4.mul(p, z), f32x4.mul(a, sin(f32x4.mul(b, z))));
  const damped = zeroUnless(f32x4.mul(wave, sigmoid(z)), v128.not(f32x4.lt(x, splat(DEEP))));
  return v128.bitselect(x, damped, positive);
}

@inline
function nishSlope(x: v128, p: v128, a: v128, b: v128): v128 {
  const positive = f32x4.gt(x, splat(0));
  if (v128.all_true<i32>(positive)) return splat(1);
  const z = atLeast(atMost(x, 0), DEEP);
  const bz = f32x4.mul(b, z);
  const s = sigmoid(z);
  const wave = f32x4.add(f32x4.mul(p, z), f32x4.mul(a, sin(bz)));
  const waveSlope = f32x4.add(p, f32x4.mul(f32x4.mul(a, b), cos(bz)));
  const slope = f32x4.mul(s, f32x4.add(waveSlope, f32x4.mul(wave, f32x4.sub(splat(1), s))));
  const damped = zeroUnless(slope, v128.not(f32x4.lt(x, splat(DEEP))));
  return v128.bitselect(splat(1), damped, positive);
}

/** x·tanh(softplus x) with one exponential: with e = eˣ, tanh(softplus x) = (e² + 2e) / (e² + 2e + 2). */
@inline
function mishValue(x: v128): v128 {
  const e = exp(atMost(x, 20));
  const n = f32x4.mul(e, f32x4.add(e, splat(2)));
  const y = f32x4.mul(x, f32x4.div(n, f32x4.add(n, splat(2))));
  const damped = zeroUnless(y, v128.not(f32x4.lt(x, splat(DEEP))));
  return v128.bitselect(x, damped, f32x4.gt(x, splat(20)));
}

@inline
function mishSlope(x: v128): v128 {
  const e = exp(atMost(x, 20));
  const n = f32x4.mul(e, f32x4.add(e, splat(2)));
  const t = f32x4.div(n, f32x4.add(n, splat(2)));
  const s = f32x4.div(e, f32x4.add(e, splat(1)));
  const slope = f32x4.add(t, f32x4.mul(f32x4.mul(x, s), f32x4.sub(splat(1), f32x4.mul(t, t))));
  const damped = zeroUnless(slope, v128.not(f32x4.lt(x, splat(DEEP))));
  return v128.bitselect(splat(1), damped, f32x4.gt(x, splat(20)));
}

@inline
function siluValue(x: v128, beta: v128): v128 {
  const z = f32x4.mul(beta, x);
  return zeroUnless(f32x4.mul(x, sigmoid(z)), v128.not(f32x4.lt(z, splat(DEEP))));
}

@inline
function siluSlope(x: v128, beta: v128): v128 {
  const z = f32x4.mul(beta, x);
  const s = sigmoid(z);
  const tame = atLeast(atMost(z, -DEEP), DEEP);
  const slope = f32x4.add(s, f32x4.mul(f32x4.mul(tame, s), f32x4.sub(splat(1), s)));
  return zeroUnless(slope, v128.not(f32x4.lt(z, splat(DEEP))));
}

/** Φ(x) by the rational-times-exponential formula for erfc, absolute error below 1e-7. */
@inline
function normalCdf(x: v128): v128 {
  const z = f32x4.mul(f32x4.abs(x), splat(0.70710678118654752));
  const t = f32x4.div(splat(1), f32x4.add(splat(1), f32x4.mul(splat(0.3275911), z)));
  let p = f32x4.add(f32x4.mul(splat(1.061405429), t), splat(-1.453152027));
  p = f32x4.add(f32x4.mul(p, t), splat(1.421413741));
  p = f32x4.add(f32x4.mul(p, t), splat(-0.284496736));
  p = f32x4.add(f32x4.mul(p, t), splat(0.254829592));
  const tail = f32x4.mul(f32x4.mul(f32x4.mul(p, t), splat(0.5)), exp(f32x4.neg(f32x4.mul(z, z))));
  return v128.bitselect(tail, f32x4.sub(splat(1), tail), f32x4.lt(x, splat(0)));
}

// Beyond ±14 the normal density is 0 and Φ is 0 or 1 in float32.
const FAR: f32 = 14;

@inline
function geluValue(x: v128): v128 {
  return zeroUnless(f32x4.mul(x, normalCdf(x)), v128.not(f32x4.lt(x, splat(-FAR))));
}

@inline
function geluSlope(x: v128): v128 {
  const z = atLeast(atMost(x, FAR), -FAR);
  const density = f32x4.mul(splat(0.39894228040143268), exp(f32x4.mul(splat(-0.5), f32x4.mul(z, z))));
  const slope = f32x4.add(normalCdf(z), f32x4.mul(z, density));
  return zeroUnless(slope, v128.not(f32x4.lt(x, splat(-FAR))));
}

@inline
function geluTanhValue(x: v128): v128 {
  // ½(1 + tanh u) = σ(2u), u = √(2/π)(x + 0.044715 x³)
  const z = atLeast(atMost(x, FAR), -FAR);
  const cubic = f32x4.mul(z, f32x4.add(splat(1), f32x4.mul(splat(0.044715), f32x4.mul(z, z))));
  const s = sigmoid(f32x4.mul(splat(1.59576912160573081), cubic));
  return zeroUnless(f32x4.mul(x, s), v128.not(f32x4.lt(x, splat(-FAR))));
}

@inline
function geluTanhSlope(x: v128): v128 {
  const z = atLeast(atMost(x, FAR), -FAR);
  const square = f32x4.mul(z, z);
  const cubic = f32x4.mul(z, f32x4.add(splat(1), f32x4.mul(splat(0.044715), square)));
  const s = sigmoid(f32x4.mul(splat(1.59576912160573081), cubic));
  const inner = f32x4.mul(splat(1.59576912160573081), f32x4.add(splat(1), f32x4.mul(splat(0.134145), square)));
  return f32x4.add(s, f32x4.mul(f32x4.mul(z, inner), f32x4.mul(s, f32x4.sub(splat(1), s))));
}

// `kind` is a constant where these are inlined, so each export keeps one branch.
@inline
function value(kind: i32, x: v128, a: v128, b: v128, c: v128): v128 {
  if (kind == NISH) return nishValue(x, a, b, c);
  if (kind == ADA) return adaValue(x, a, b, c);
  if (kind == ALL_RELU) return v128.bitselect(x, f32x4.mul(a, x), v128.not(f32x4.le(x, splat(0))));
  if (kind == MISH) return mishValue(x);
  if (kind == SILU) return siluValue(x, a);
  if (kind == GELU) return geluValue(x);
  return geluTanhValue(x);
}

@inline
function slope(kind: i32, x: v128, a: v128, b: v128, c: v128): v128 {
  if (kind == NISH) return nishSlope(x, a, b, c);
  if (kind == ADA) return adaSlope(x, a, b, c);
  if (kind == ALL_RELU) return v128.bitselect(splat(1), a, f32x4.gt(x, splat(0)));
  if (kind == MISH) return mishSlope(x);
  if (kind == SILU) return siluSlope(x, a);
  if (kind == GELU) return geluSlope(x);
  return geluTanhSlope(x);
}

// One loop body serves whole vectors and the tail, which halves the code.
@inline
function forward(kind: i32, x: usize, y: usize, size: i32, a: f32, b: f32, c: f32): void {
  const va = splat(a);
  const vb = splat(b);
  const vc = splat(c);
  for (let left = size; left > 0; left -= 4, x += 16, y += 16) {
    storeLanes(y, value(kind, loadLanes(x, left), va, vb, vc), left);
  }
}

@inline
function backward(kind: i32, x: usize, dy: usize, dx: usize, size: i32, a: f32, b: f32, c: f32): void {
  const va = splat(a);
  const vb = splat(b);
  const vc = splat(c);
  for (let left = size; left > 0; left -= 4, x += 16, dy += 16, dx += 16) {
    storeLanes(dx, f32x4.mul(loadLanes(dy, left), slope(kind, loadLanes(x, left), va, vb, vc)), left);
  }
}

export function nish(x: usize, y: usize, size: i32, a: f32, b: f32, c: f32): void {
  forward(NISH, x, y, size, a, b, c);
}

export function nishGrad(x: usize, dy: usize, dx: usize, size: i32, a: f32, b: f32, c: f32): void {
  backward(NISH, x, dy, dx, size, a, b, c);
}

export function ada(x: usize, y: usize, size: i32, a: f32, b: f32, c: f32): void {
  forward(ADA, x, y, size, a, b, c);
}

export function adaGrad(x: usize, dy: usize, dx: usize, size: i32, a: f32, b: f32, c: f32): void {
  backward(ADA, x, dy, dx, size, a, b, c);
}

export function allRelu(x: usize, y: usize, size: i32, a: f32, b: f32, c: f32): void {
  forward(ALL_RELU, x, y, size, a, b, c);
}

export function allReluGrad(x: usize, dy: usize, dx: usize, size: i32, a: f32, b: f32, c: f32): void {
  backward(ALL_RELU, x, dy, dx, size, a, b, c);
}

export function mish(x: usize, y: usize, size: i32, a: f32, b: f32, c: f32): void {
  forward(MISH, x, y, size, a, b, c);
}

export function mishGrad(x: usize, dy: usize, dx: usize, size: i32, a: f32, b: f32, c: f32): void {
  backward(MISH, x, dy, dx, size, a, b, c);
}

export function silu(x: usize, y: usize, size: i32, a: f32, b: f32, c: f32): void {
  forward(SILU, x, y, size, a, b, c);
}

export function siluGrad(x: usize, dy: usize, dx: usize, size: i32, a: f32, b: f32, c: f32): void {
  backward(SILU, x, dy, dx, size, a, b, c);
}

export function gelu(x: usize, y: usize, size: i32, a: f32, b: f32, c: f32): void {
  forward(GELU, x, y, size, a, b, c);
}

export function geluGrad(x: usize, dy: usize, dx: usize, size: i32, a: f32, b: f32, c: f32): void {
  backward(GELU, x, dy, dx, size, a, b, c);
}

export function geluTanh(x: usize, y: usize, size: i32, a: f32, b: f32, c: f32): void {
  forward(GELU_TANH, x, y, size, a, b, c);
}

export function geluTanhGrad(x: usize, dy: usize, dx: usize, size: i32, a: f32, b: f32, c: f32): void {
  backward(GELU_TANH, x, dy, dx, size, a, b, c);
}
