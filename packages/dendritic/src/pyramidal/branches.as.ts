// The soma of pyramidal neurons: y = max(0, u) + ADA(v), of basal and apical sums that lie side by side: u0, v0, u1, v1, …
// α is one number (`alphaStep` 0) or one for each column (`alphaStep` 4 bytes).
import { adaSlope, adaValue } from '../../../core/assembly/ada';
import { evens, odds } from '../../../core/assembly/lanes';
import { loadTail, splat, storeTail } from '../../../core/assembly/simd-math';

// One loop body serves whole vectors and the tail.
@inline
function load(address: usize, left: i32): v128 {
  return left >= 4 ? v128.load(address) : left > 0 ? loadTail(address, left) : splat(0);
}

@inline
function store(address: usize, lanes: v128, left: i32): void {
  if (left >= 4) v128.store(address, lanes);
  else if (left > 0) storeTail(address, lanes, left);
}

@inline
function alphaAt(alpha: usize, alphaStep: i32, j: i32, left: i32): v128 {
  return alphaStep == 0 ? v128.load32_splat(alpha) : load(alpha + (<usize>j << 2), left);
}

/** The bytes from one vector of columns to the next, of which `left` remain. */
@inline
function stepOf(left: i32): usize {
  return (left < 4 ? <usize>left : 4) << 2;
}

export function forward(uv: usize, alpha: usize, alphaStep: i32, y: usize, rows: i32, columns: i32, c: f32, leak: f32): void {
  const vc = splat(c);
  const vLeak = splat(leak);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j += 4) {
      const left = columns - j;
      const low = load(uv, 2 * left), high = load(uv + 16, 2 * left - 4);
      const basal = f32x4.max(evens(low, high), splat(0));
      store(y, f32x4.add(basal, adaValue(odds(low, high), alphaAt(alpha, alphaStep, j, left), vc, vLeak)), left);
      uv += 2 * stepOf(left);
      y += stepOf(left);
    }
  }
}

export function backward(
  uv: usize, alpha: usize, alphaStep: i32, dy: usize, duv: usize, rows: i32, columns: i32, c: f32, leak: f32,
): void {
  const vc = splat(c);
  const vLeak = splat(leak);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j += 4) {
      const left = columns - j;
      const low = load(uv, 2 * left), high = load(uv + 16, 2 * left - 4);
      const g = load(dy, left);
      const du = v128.and(g, f32x4.gt(evens(low, high), splat(0)));
      const dv = f32x4.mul(g, adaSlope(odds(low, high), alphaAt(alpha, alphaStep, j, left), vc, vLeak));
      store(duv, v128.shuffle<i32>(du, dv, 0, 4, 1, 5), 2 * left);
      store(duv + 16, v128.shuffle<i32>(du, dv, 2, 6, 3, 7), 2 * left - 4);
      uv += 2 * stepOf(left);
      duv += 2 * stepOf(left);
      dy += stepOf(left);
    }
  }
}

/** dalpha [columns] = Σ_rows −dy·v²·e^(c − αv) where v > 0. */
export function alphaGradient(
  uv: usize, alpha: usize, alphaStep: i32, dy: usize, dalpha: usize, rows: i32, columns: i32, c: f32,
): void {
  memory.fill(dalpha, 0, <usize>columns << 2);
  const vc = splat(c);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j += 4) {
      const left = columns - j;
      const low = load(uv, 2 * left), high = load(uv + 16, 2 * left - 4);
      const v = f32x4.max(odds(low, high), splat(0));
      const bump = adaValue(v, alphaAt(alpha, alphaStep, j, left), vc, splat(0));
      // An infinite v has no bump, and must not make it NaN again.
      const slope = v128.and(f32x4.mul(v, bump), f32x4.ne(bump, splat(0)));
      const at = dalpha + (<usize>j << 2);
      store(at, f32x4.sub(load(at, left), f32x4.mul(load(dy, left), slope)), left);
      uv += 2 * stepOf(left);
      dy += stepOf(left);
    }
  }
}
