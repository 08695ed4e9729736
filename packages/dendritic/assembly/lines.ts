// Lines: the numbers of all rows of a batch at one place, side by side and in whole vectors. Weights act on them as splats, no
// branching factor or number of units wastes lanes, and only sums over the rows run across a vector, once at their end.
import { splat } from '../../core/assembly/simd-math';

@inline
export function floats(count: i32): usize {
  return <usize>count << 2;
}

@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** The leaky ReLU with a slope ≤ 1, or nothing. */
@inline
function activate(h: v128, leaky: bool, slope: v128): v128 {
  return leaky ? f32x4.pmax(h, f32x4.mul(slope, h)) : h;
}

/**
 * to = start + Σ w·φ(from) over `count` lines, which is 1, 2 or 4; without `fresh` what `to` holds takes the place of the
 * start. All but the addresses, steps and numbers must be constant.
 */
@inline
function addLines(
  count: i32, fresh: bool, leaky: bool, from: usize, step: usize, w: usize, wStep: usize, start: v128, slope: v128,
  to: usize, bytes: usize,
): void {
  const w0 = v128.load32_splat(w);
  const w1 = count > 1 ? v128.load32_splat(w + wStep) : w0;
  const w2 = count > 2 ? v128.load32_splat(w + 2 * wStep) : w0;
  const w3 = count > 2 ? v128.load32_splat(w + 3 * wStep) : w0;
  let a = from, b = from + step, c = from + 2 * step, d = from + 3 * step;
  const end = to + bytes;
  for (; to + 16 < end; to += 32) {
    let s = fresh ? start : v128.load(to);
    let t = fresh ? start : v128.load(to, 16);
    s = madd(activate(v128.load(a), leaky, slope), w0, s);
    t = madd(activate(v128.load(a, 16), leaky, slope), w0, t);
    a += 32;
    if (count > 1) {
      s = madd(activate(v128.load(b), leaky, slope), w1, s);
      t = madd(activate(v128.load(b, 16), leaky, slope), w1, t);
      b += 32;
    }
    if (count > 2) {
      s = madd(activate(v128.load(c), leaky, slope), w2, s);
      t = madd(activate(v128.load(c, 16), leaky, slope), w2, t);
      c += 32;
      s = madd(activate(v128.load(d), leaky, slope), w3, s);
      t = madd(activate(v128.load(d, 16), leaky, slope), w3, t);
      d += 32;
    }
    v128.store(to, s);
    v128.store(to, t, 16);
  }
  if (to < end) {
    let s = fresh ? start : v128.load(to);
    s = madd(activate(v128.load(a), leaky, slope), w0, s);
    if (count > 1) s = madd(activate(v128.load(b), leaky, slope), w1, s);
    if (count > 2) {
      s = madd(activate(v128.load(c), leaky, slope), w2, s);
      s = madd(activate(v128.load(d), leaky, slope), w3, s);
    }
    v128.store(to, s);
  }
}

/** to = start + Σ w·φ(from) over `count` ≥ 1 lines `step` bytes apart, with weights `wStep` bytes apart. */
@inline
export function sumLines(
  leaky: bool, count: i32, from: usize, step: usize, w: usize, wStep: usize, start: f32, slope: f32, to: usize, bytes: usize,
): void {
  const s = splat(slope);
  const first = splat(start);
  let c = 0;
  if (count >= 4) {
    addLines(4, true, leaky, from, step, w, wStep, first, s, to, bytes);
    c = 4;
  } else if (count >= 2) {
    addLines(2, true, leaky, from, step, w, wStep, first, s, to, bytes);
    c = 2;
  } else {
    addLines(1, true, leaky, from, step, w, wStep, first, s, to, bytes);
    c = 1;
  }
  for (; c + 4 <= count; c += 4) {
    addLines(4, false, leaky, from + <usize>c * step, step, w + <usize>c * wStep, wStep, first, s, to, bytes);
  }
  if (c + 2 <= count) {
    addLines(2, false, leaky, from + <usize>c * step, step, w + <usize>c * wStep, wStep, first, s, to, bytes);
    c += 2;
  }
  if (c < count) addLines(1, false, leaky, from + <usize>c * step, step, w + <usize>c * wStep, wStep, first, s, to, bytes);
}

/** The sums of the lanes of four vectors. */
@inline
export function sumsOf(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<i64>(ab, cd, 0, 2), v128.shuffle<i64>(ab, cd, 1, 3));
}

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
