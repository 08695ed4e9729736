// ADA, the activation of apical dendrites: leak·x below 0, x·e^(c − αx) above.
import { atLeast, exp, splat, zeroUnless } from './simd-math';

// Below this exponent the bump is 0 in float32, also where x is infinite.
const DEEP: f32 = -104;

@inline
export function adaValue(x: v128, alpha: v128, c: v128, leak: v128): v128 {
  const q = atLeast(x, 0);
  const exponent = f32x4.sub(c, f32x4.mul(alpha, q));
  const bump = zeroUnless(f32x4.mul(q, exp(exponent)), v128.not(f32x4.lt(exponent, splat(DEEP))));
  // Without a leak, −∞ must give 0 and not −∞ · 0.
  const below = zeroUnless(f32x4.mul(leak, x), f32x4.ne(leak, splat(0)));
  return v128.bitselect(bump, below, v128.not(f32x4.le(x, splat(0))));
}

@inline
export function adaSlope(x: v128, alpha: v128, c: v128, leak: v128): v128 {
  const q = atLeast(x, 0);
  const aq = f32x4.mul(alpha, q);
  const exponent = f32x4.sub(c, aq);
  const slope = f32x4.mul(f32x4.sub(splat(1), aq), exp(exponent));
  const bump = zeroUnless(slope, v128.not(f32x4.lt(exponent, splat(DEEP))));
  return v128.bitselect(bump, leak, v128.not(f32x4.le(x, splat(0))));
}
