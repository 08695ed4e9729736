// Panels: up to three vectors of lanes at each of many steps, copied together so that a tile reads them in order.
import { loadTail, splat, storeTail } from '../../core/assembly/simd-math';

@inline
export function min(a: i32, b: i32): i32 {
  return a < b ? a : b;
}

@inline
export function floats(count: i32): usize {
  return <usize>count << 2;
}

/** Vectors that hold this many lanes. */
@inline
export function vectors(lanes: i32): i32 {
  return (lanes + 3) >> 2;
}

@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** `left` lanes, or four if there are more; zeros for those missing. */
@inline
export function loadLanes(from: usize, left: i32): v128 {
  return left >= 4 ? v128.load(from) : loadTail(from, left);
}

@inline
export function storeLanes(to: usize, left: i32, lanes: v128): void {
  if (left >= 4) v128.store(to, lanes);
  else storeTail(to, lanes, left);
}

/** Lane i of the four vectors goes to `to + i·step`, side by side; `lanes` of them, `count` vectors. */
@inline
export function storeTransposed(to: usize, step: usize, lanes: i32, count: i32, x0: v128, x1: v128, x2: v128, x3: v128): void {
  const low01 = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5);
  const high01 = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7);
  const low23 = v128.shuffle<i32>(x2, x3, 0, 4, 1, 5);
  const high23 = v128.shuffle<i32>(x2, x3, 2, 6, 3, 7);
  storeLanes(to, count, v128.shuffle<i64>(low01, low23, 0, 2));
  if (lanes > 1) storeLanes(to + step, count, v128.shuffle<i64>(low01, low23, 1, 3));
  if (lanes > 2) storeLanes(to + 2 * step, count, v128.shuffle<i64>(high01, high23, 0, 2));
  if (lanes > 3) storeLanes(to + 3 * step, count, v128.shuffle<i64>(high01, high23, 1, 3));
}

/** The transpose of rows of whole vectors [count, vectors of lanes]: lane u of row i goes to `to + u·stride + i`, strides in floats. */
export function storeColumns(from: usize, count: i32, lanes: i32, to: usize, stride: i32): void {
  const line = floats(vectors(lanes) << 2);
  for (let i = 0; i < count; i += 4) {
    for (let u = 0; u < lanes; u += 4) {
      const at = from + <usize>i * line + floats(u);
      storeTransposed(
        to + floats(u * stride + i), floats(stride), min(4, lanes - u), min(4, count - i),
        v128.load(at), v128.load(at + line), v128.load(at + 2 * line), v128.load(at + 3 * line),
      );
    }
  }
}

/** A panel of `lanes` lanes that lie `stride` floats apart and run along the steps, each number times `scale`. */
export function packColumns(from: usize, stride: i32, lanes: i32, steps: i32, scale: f32, panel: usize): void {
  const step = floats(vectors(lanes) << 2);
  const line = floats(stride);
  const factor = splat(scale);
  for (let lane = 0; lane < lanes; lane += 4) {
    const base = from + <usize>lane * line;
    const to = panel + floats(lane);
    const present = min(4, lanes - lane);
    let s = 0;
    if (present == 4) {
      for (; s + 4 <= steps; s += 4) {
        const at = base + floats(s);
        storeTransposed(
          to + <usize>s * step, step, 4, 4,
          f32x4.mul(factor, v128.load(at)), f32x4.mul(factor, v128.load(at + line)),
          f32x4.mul(factor, v128.load(at + 2 * line)), f32x4.mul(factor, v128.load(at + 3 * line)),
        );
      }
    }
    for (; s < steps; s++) {
      for (let i = 0; i < 4; i++) {
        const value = i < present ? scale * load<f32>(base + <usize>i * line + floats(s)) : 0;
        store<f32>(to + <usize>s * step + floats(i), value);
      }
    }
  }
}

/** A panel of `lanes` lanes that lie side by side, its steps `stride` floats apart. */
export function packRows(from: usize, stride: i32, lanes: i32, steps: i32, panel: usize): void {
  const width = floats(vectors(lanes) << 2);
  for (let s = 0; s < steps; s++, from += floats(stride), panel += width) {
    v128.store(panel, loadLanes(from, lanes));
    if (lanes > 4) v128.store(panel, loadLanes(from + 16, lanes - 4), 16);
    if (lanes > 8) v128.store(panel, loadLanes(from + 32, lanes - 8), 32);
  }
}
