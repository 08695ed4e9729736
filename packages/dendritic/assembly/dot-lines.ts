// Sums of lines over the rows, for the gradients of weights and biases.
import { madd, splat, sumsOf } from '../../core/assembly/simd-math';
import { activate } from './lines';

/** Σ d·φ(from) over the rows, for each of `count` lines, which is 1, 2 or 4 and constant; zeros after them. */
@inline
function dot(count: i32, leaky: bool, d: usize, from: usize, step: usize, bytes: usize, slope: v128): v128 {
  let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
  let a = from, b = from + step, c = from + 2 * step, e = from + 3 * step;
  const end = d + bytes;
  for (; d + 16 < end; d += 32) {
    const x = v128.load(d), y = v128.load(d, 16);
    s0 = madd(x, activate(v128.load(a), leaky, slope), s0);
    s0 = madd(y, activate(v128.load(a, 16), leaky, slope), s0);
    a += 32;
    if (count > 1) {
      s1 = madd(x, activate(v128.load(b), leaky, slope), s1);
      s1 = madd(y, activate(v128.load(b, 16), leaky, slope), s1);
      b += 32;
    }
    if (count > 2) {
      s2 = madd(x, activate(v128.load(c), leaky, slope), s2);
      s2 = madd(y, activate(v128.load(c, 16), leaky, slope), s2);
      c += 32;
      s3 = madd(x, activate(v128.load(e), leaky, slope), s3);
      s3 = madd(y, activate(v128.load(e, 16), leaky, slope), s3);
      e += 32;
    }
  }
  if (d < end) {
    const x = v128.load(d);
    s0 = madd(x, activate(v128.load(a), leaky, slope), s0);
    if (count > 1) s1 = madd(x, activate(v128.load(b), leaky, slope), s1);
    if (count > 2) {
      s2 = madd(x, activate(v128.load(c), leaky, slope), s2);
      s3 = madd(x, activate(v128.load(e), leaky, slope), s3);
    }
  }
  return sumsOf(s0, s1, s2, s3);
}

/** to[k] = Σ d·φ(from) over the rows, for each of `count` lines `step` bytes apart; not `fresh`, it is added to what is there. */
@inline
export function dotLines(
  leaky: bool, count: i32, d: usize, from: usize, step: usize, bytes: usize, slope: f32, to: usize, fresh: bool,
): void {
  const s = splat(slope);
  let k = 0;
  for (; k + 4 <= count; k += 4, from += 4 * step, to += 16) {
    const sums = dot(4, leaky, d, from, step, bytes, s);
    v128.store(to, fresh ? sums : f32x4.add(v128.load(to), sums));
  }
  if (k + 2 <= count) {
    const sums = dot(2, leaky, d, from, step, bytes, s);
    v128.store64_lane(to, fresh ? sums : f32x4.add(v128.load64_zero(to), sums), 0);
    k += 2;
    from += 2 * step;
    to += 8;
  }
  if (k < count) {
    const sum = dot(1, leaky, d, from, step, bytes, s);
    v128.store32_lane(to, fresh ? sum : f32x4.add(v128.load32_zero(to), sum), 0);
  }
}

/** The sum of a line. */
export function sumLine(from: usize, bytes: usize): f32 {
  let a = splat(0), b = a, c = a, d = a;
  const end = from + bytes;
  for (; from + 64 <= end; from += 64) {
    a = f32x4.add(a, v128.load(from));
    b = f32x4.add(b, v128.load(from, 16));
    c = f32x4.add(c, v128.load(from, 32));
    d = f32x4.add(d, v128.load(from, 48));
  }
  for (; from < end; from += 16) a = f32x4.add(a, v128.load(from));
  const sums = sumsOf(a, b, c, d);
  return f32x4.extract_lane(sumsOf(sums, sums, sums, sums), 0);
}
