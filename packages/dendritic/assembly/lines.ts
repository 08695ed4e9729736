// Lines: the numbers of all rows of a batch at one place, side by side and in whole vectors. Weights act on them as splats, no
// branching factor or number of units wastes lanes, and only sums over the rows run across a vector, once at their end.
import { floats } from '../../core/assembly/lanes';
import { madd, splat } from '../../core/assembly/simd-math';

/** The leaky ReLU with a slope ≤ 1, or nothing. */
@inline
export function activate(h: v128, leaky: bool, slope: v128): v128 {
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

/** The same for any number of lines of one vector each, in the same order. */
@inline
function sumVectors(
  leaky: bool, count: i32, from: usize, step: usize, w: usize, wStep: usize, start: v128, slope: v128, to: usize,
): void {
  let s = start;
  let k = 0;
  for (; k + 4 <= count; k += 4, from += 4 * step, w += 4 * wStep) {
    s = madd(activate(v128.load(from), leaky, slope), v128.load32_splat(w), s);
    s = madd(activate(v128.load(from + step), leaky, slope), v128.load32_splat(w + wStep), s);
    s = madd(activate(v128.load(from + 2 * step), leaky, slope), v128.load32_splat(w + 2 * wStep), s);
    s = madd(activate(v128.load(from + 3 * step), leaky, slope), v128.load32_splat(w + 3 * wStep), s);
  }
  for (; k < count; k++, from += step, w += wStep) {
    s = madd(activate(v128.load(from), leaky, slope), v128.load32_splat(w), s);
  }
  v128.store(to, s);
}

/** to = start + Σ w·φ(from) over `count` ≥ 1 lines `step` bytes apart, with weights `wStep` bytes apart. */
@inline
export function sumLines(
  leaky: bool, count: i32, from: usize, step: usize, w: usize, wStep: usize, start: f32, slope: f32, to: usize, bytes: usize,
): void {
  const s = splat(slope);
  const first = splat(start);
  if (bytes == 16) {
    sumVectors(leaky, count, from, step, w, wStep, first, s, to);
    return;
  }
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
