// Sums of x [outer, count, inner] over its middle axis: y [outer, inner] = scale · Σ x, or of `inner` columns from the first of
// rows of `stride` numbers. Columns that start at a multiple of 16 have the same bits as among all. Partial sums of a block of terms
// are added to the total, so that rounding errors grow with the number of blocks and not of terms.
import { floats, loadLanes, storeLanes } from '../../../core/assembly/lanes';
import { loadTail, splat } from '../../../core/assembly/simd-math';

const BLOCK: i32 = 256;

@inline
function horizontal(x: v128): f32 {
  const pairs = f32x4.add(x, v128.shuffle<i32>(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** The sum of `count` numbers that lie side by side. */
function sumRow(x: usize, count: i32): f32 {
  let total: f32 = 0;
  while (count > 0) {
    const terms = min(count, 16 * BLOCK);
    count -= terms;
    let left = terms;
    let a = splat(0), b = splat(0), c = splat(0), d = splat(0);
    for (; left >= 16; left -= 16, x += 64) {
      a = f32x4.add(a, v128.load(x));
      b = f32x4.add(b, v128.load(x, 16));
      c = f32x4.add(c, v128.load(x, 32));
      d = f32x4.add(d, v128.load(x, 48));
    }
    for (; left >= 4; left -= 4, x += 16) a = f32x4.add(a, v128.load(x));
    if (left > 0) {
      b = f32x4.add(b, loadTail(x, left));
      x += floats(left);
    }
    total += horizontal(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
  }
  return total;
}

/** y [16] = the sums of 16 neighbouring columns. */
@inline
function sumColumns(x: usize, count: i32, row: usize, y: usize, scale: v128): void {
  let totalA = splat(0), totalB = splat(0), totalC = splat(0), totalD = splat(0);
  while (count > 0) {
    const terms = min(count, BLOCK);
    count -= terms;
    let a = splat(0), b = splat(0), c = splat(0), d = splat(0);
    for (let i = 0; i < terms; i++, x += row) {
      a = f32x4.add(a, v128.load(x));
      b = f32x4.add(b, v128.load(x, 16));
      c = f32x4.add(c, v128.load(x, 32));
      d = f32x4.add(d, v128.load(x, 48));
    }
    totalA = f32x4.add(totalA, a);
    totalB = f32x4.add(totalB, b);
    totalC = f32x4.add(totalC, c);
    totalD = f32x4.add(totalD, d);
  }
  v128.store(y, f32x4.mul(totalA, scale));
  v128.store(y, f32x4.mul(totalB, scale), 16);
  v128.store(y, f32x4.mul(totalC, scale), 32);
  v128.store(y, f32x4.mul(totalD, scale), 48);
}

/** The sums of at most four neighbouring columns. */
@inline
function sumFewColumns(x: usize, count: i32, row: usize, lanes: i32): v128 {
  let total = splat(0);
  while (count > 0) {
    const terms = min(count, BLOCK);
    count -= terms;
    let part = splat(0);
    for (let i = 0; i < terms; i++, x += row) {
      part = f32x4.add(part, loadLanes(x, lanes));
    }
    total = f32x4.add(total, part);
  }
  return total;
}

export function sum(x: usize, outer: i32, count: i32, inner: i32, stride: i32, y: usize, scale: f32): void {
  const row = floats(stride);
  const factor = splat(scale);
  for (let i = 0; i < outer; i++, x += <usize>count * row, y += row) {
    if (stride == 1) {
      store<f32>(y, sumRow(x, count) * scale);
      continue;
    }
    let j = 0;
    for (; j + 16 <= inner; j += 16) sumColumns(x + floats(j), count, row, y + floats(j), factor);
    for (; j < inner; j += 4) {
      const lanes = inner - j;
      const total = f32x4.mul(sumFewColumns(x + floats(j), count, row, lanes), factor);
      storeLanes(y + floats(j), total, lanes);
    }
  }
}
