// Products with a sparse matrix whose values lie by columns. Activations are feature-major: row i of x holds feature i
// of the whole batch, so that one stored value meets a run of floats. `stride` is the distance of such rows in bytes.
import { loadLanes, transposeTile } from '../../core/assembly/lanes';
import { madd, splat, sumsOf } from '../../core/assembly/simd-math';
import { passRow, writeMask as writeMaskAt } from './activation';
import { at, lanesSum } from './lanes';

/** 32 examples of one output: y = the larger of `least` and bias + Σ value · x[index]. */
function block32(indices: usize, values: usize, end: usize, x: usize, stride: usize, bias: v128, least: v128, y: usize): void {
  let s0 = bias, s1 = bias, s2 = bias, s3 = bias, s4 = bias, s5 = bias, s6 = bias, s7 = bias;
  for (; indices < end; indices += 4, values += 4) {
    const value = v128.load32_splat(values);
    const row = x + <usize>load<u32>(indices) * stride;
    s0 = madd(value, v128.load(row), s0);
    s1 = madd(value, v128.load(row, 16), s1);
    s2 = madd(value, v128.load(row, 32), s2);
    s3 = madd(value, v128.load(row, 48), s3);
    s4 = madd(value, v128.load(row, 64), s4);
    s5 = madd(value, v128.load(row, 80), s5);
    s6 = madd(value, v128.load(row, 96), s6);
    s7 = madd(value, v128.load(row, 112), s7);
  }
  v128.store(y, f32x4.pmax(s0, least));
  v128.store(y, f32x4.pmax(s1, least), 16);
  v128.store(y, f32x4.pmax(s2, least), 32);
  v128.store(y, f32x4.pmax(s3, least), 48);
  v128.store(y, f32x4.pmax(s4, least), 64);
  v128.store(y, f32x4.pmax(s5, least), 80);
  v128.store(y, f32x4.pmax(s6, least), 96);
  v128.store(y, f32x4.pmax(s7, least), 112);
}

function block4(indices: usize, values: usize, end: usize, x: usize, stride: usize, bias: v128, least: v128, y: usize): void {
  let sum = bias;
  for (; indices < end; indices += 4, values += 4) {
    sum = madd(v128.load32_splat(values), v128.load(x + <usize>load<u32>(indices) * stride), sum);
  }
  v128.store(y, f32x4.pmax(sum, least));
}

/** One example of one output; four sums, because each addition waits for the one before. */
function single(indices: usize, values: usize, end: usize, x: usize, stride: usize, bias: f32, least: f32, y: usize): void {
  let s0 = bias;
  let s1: f32 = 0, s2: f32 = 0, s3: f32 = 0;
  for (; indices + 16 <= end; indices += 16, values += 16) {
    s0 += load<f32>(values) * load<f32>(x + <usize>load<u32>(indices) * stride);
    s1 += load<f32>(values, 4) * load<f32>(x + <usize>load<u32>(indices, 4) * stride);
    s2 += load<f32>(values, 8) * load<f32>(x + <usize>load<u32>(indices, 8) * stride);
    s3 += load<f32>(values, 12) * load<f32>(x + <usize>load<u32>(indices, 12) * stride);
  }
  for (; indices < end; indices += 4, values += 4) {
    s0 += load<f32>(values) * load<f32>(x + <usize>load<u32>(indices) * stride);
  }
  store<f32>(y, max(s0 + s1 + (s2 + s3), least));
}

/**
 * y [outputs, batch] = f(bias + Wᵀ·x [inputs, batch]) · mask, where f has this slope below 0. Output j takes the stored values
 * from pointers[j] to pointers[j + 1]. `bias` is the address of [outputs], or 0. Rows of x and y lie `stride` bytes apart.
 * `mask` is 0 for none; the first output is its column `first`. The signs of the sums are written to `signs` unless that is 0.
 */
export function product(
  pointers: usize, indices: usize, values: usize, bias: usize, x: usize, y: usize, signs: usize,
  outputs: i32, batch: i32, stride: usize, slope: f32, mask: usize, first: i32,
): void {
  // What is no longer below 0 needs no slope.
  const least: f32 = slope == 0 ? 0 : -Infinity;
  const passes = mask != 0 || (slope != 0 && slope != 1);
  for (let j = 0; j < outputs; j++, y += stride) {
    const begin = at(load<i32>(pointers + at(j)));
    const from = indices + begin;
    const end = indices + at(load<i32>(pointers + at(j + 1)));
    const weights = values + begin;
    const offset: f32 = bias ? load<f32>(bias + at(j)) : 0;
    let b = 0;
    for (; b + 32 <= batch; b += 32) block32(from, weights, end, x + at(b), stride, splat(offset), splat(least), y + at(b));
    for (; b + 4 <= batch; b += 4) block4(from, weights, end, x + at(b), stride, splat(offset), splat(least), y + at(b));
    if (b < batch) {
      if (batch >= 4) {
        // The last four overlap the four before, which get the same values again.
        block4(from, weights, end, x + at(batch - 4), stride, splat(offset), splat(least), y + at(batch - 4));
      } else {
        for (; b < batch; b++) single(from, weights, end, x + at(b), stride, offset, least, y + at(b));
      }
    }
    if (passes) passRow(y, y, false, y, batch, slope, mask, first + j, signs);
    if (signs) signs += signStride(batch, true);
  }
}

/** s + the products of eight numbers; two chains of additions would fill the registers. */
@inline
function madd8(s: v128, x: usize, d0: v128, d1: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return madd(d1, v128.load(x, 16), madd(d0, v128.load(x), s));
  return f32x4.add(s, madd(d1, v128.load(x, 16), f32x4.mul(d0, v128.load(x))));
}

/** Four dot products of rows of x with one row of d. */
@inline
function dots(x0: usize, x1: usize, x2: usize, x3: usize, d: usize, batch: i32): v128 {
  let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
  let b = 0;
  for (; b + 8 <= batch; b += 8) {
    const shift = at(b);
    const d0 = v128.load(d + shift);
    const d1 = v128.load(d + shift, 16);
    s0 = madd8(s0, x0 + shift, d0, d1);
    s1 = madd8(s1, x1 + shift, d0, d1);
    s2 = madd8(s2, x2 + shift, d0, d1);
    s3 = madd8(s3, x3 + shift, d0, d1);
  }
  for (; b < batch; b += 4) {
    const left = batch - b;
    const shift = at(b);
    const delta = loadLanes(d + shift, left);
    s0 = madd(delta, loadLanes(x0 + shift, left), s0);
    s1 = madd(delta, loadLanes(x1 + shift, left), s1);
    s2 = madd(delta, loadLanes(x2 + shift, left), s2);
    s3 = madd(delta, loadLanes(x3 + shift, left), s3);
  }
  return sumsOf(s0, s1, s2, s3);
}

/** The dot product of a row of x with one of d. */
@inline
function dot(x: usize, d: usize, batch: i32): f32 {
  let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
  for (; batch >= 16; batch -= 16, x += 64, d += 64) {
    s0 = madd(v128.load(d), v128.load(x), s0);
    s1 = madd(v128.load(d, 16), v128.load(x, 16), s1);
    s2 = madd(v128.load(d, 32), v128.load(x, 32), s2);
    s3 = madd(v128.load(d, 48), v128.load(x, 48), s3);
  }
  let sum = lanesSum(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
  for (; batch > 0; batch--, x += 4, d += 4) sum += load<f32>(x) * load<f32>(d);
  return sum;
}

/** The stored values p to `end` of one output, whose gradients are its row d. */
function sampledRow(p: i32, end: i32, indices: usize, x: usize, d: usize, g: usize, batch: i32, stride: usize, add: bool): void {
  for (; p + 4 <= end; p += 4) {
    const from = indices + at(p);
    const x0 = x + <usize>load<u32>(from) * stride;
    const x1 = x + <usize>load<u32>(from, 4) * stride;
    const x2 = x + <usize>load<u32>(from, 8) * stride;
    const x3 = x + <usize>load<u32>(from, 12) * stride;
    const gradient = dots(x0, x1, x2, x3, d, batch);
    const to = g + at(p);
    v128.store(to, add ? f32x4.add(gradient, v128.load(to)) : gradient);
  }
  for (; p < end; p++) {
    const gradient = dot(x + <usize>load<u32>(indices + at(p)) * stride, d, batch);
    const to = g + at(p);
    store<f32>(to, add ? gradient + load<f32>(to) : gradient);
  }
}

/**
 * g [stored] = x [inputs, batch] · dᵀ [batch, outputs] at the stored positions only, or g += it. Rows of x and d lie
 * `stride` bytes apart.
 */
export function sampled(
  pointers: usize, indices: usize, x: usize, d: usize, g: usize,
  outputs: i32, batch: i32, stride: usize, add: bool,
): void {
  for (let j = 0; j < outputs; j++, d += stride) {
    sampledRow(load<i32>(pointers + at(j)), load<i32>(pointers + at(j + 1)), indices, x, d, g, batch, stride, add);
  }
}

/**
 * The gradients of y [outputs, batch] = f(bias + Wᵀ·x) · mask: dz = dy · f′ · mask; db [outputs], its sums; and g [stored] as in
 * `sampled`. A row of dz is still in the cache when it is multiplied. `signs` are those of the sums, as numbers or as bits.
 */
export function activationGradient(
  pointers: usize, db: usize, x: usize, indices: usize, g: usize, signs: usize, dy: usize, dz: usize,
  outputs: i32, batch: i32, slope: f32, mask: usize, first: i32, bits: bool,
): void {
  const stride = at(batch);
  const step = signStride(batch, bits);
  for (let j = 0; j < outputs; j++, dy += stride, signs += step, dz += stride) {
    store<f32>(db + at(j), passRow(dy, signs, bits, dz, batch, slope, mask, first + j, 0));
    sampledRow(load<i32>(pointers + at(j)), load<i32>(pointers + at(j + 1)), indices, x, dz, g, batch, stride, false);
  }
}

/** Bytes from one row of signs to the next. */
@inline
function signStride(batch: i32, bits: bool): usize {
  return at(bits ? (batch + 31) >> 5 : batch);
}

/** to [outputs, batch] = from · f′ · mask. */
export function pass(
  from: usize, signs: usize, to: usize, outputs: i32, batch: i32, slope: f32, mask: usize, bits: bool,
): void {
  const stride = at(batch);
  const step = signStride(batch, bits);
  for (let j = 0; j < outputs; j++, from += stride, signs += step, to += stride) {
    passRow(from, signs, bits, to, batch, slope, mask, j, 0);
  }
}

export function writeMask(seed: u32, dropped: i32, scale: f32, batch: i32, to: usize): void {
  writeMaskAt(seed, dropped, scale, batch, to);
}

/** out[p] = values[permutation[p]]. */
export function permute(values: usize, permutation: usize, out: usize, count: i32): void {
  for (let p = 0; p < count; p++) {
    store<f32>(out + at(p), load<f32>(values + at(load<i32>(permutation + at(p)))));
  }
}

/** Rows or columns that a transpose goes through at a time. */
const PART = 32;

/** out [columns, rows] = x [rows, columns] transposed; rows of x lie `from` bytes apart, rows of out `to` bytes. */
export function transpose(x: usize, rows: i32, columns: i32, from: usize, out: usize, to: usize): void {
  const wholeRows = rows & ~3;
  const wholeColumns = columns & ~3;
  // The inner loop goes over a part of the shorter side, whose cache lines and pages then stay at hand until they are full.
  if (rows < columns) {
    for (let part = 0; part < wholeRows; part += PART) {
      const end = min(part + PART, wholeRows);
      for (let j = 0; j < wholeColumns; j += 4) {
        for (let i = part; i < end; i += 4) {
          transposeTile(x + <usize>i * from + at(j), from, out + <usize>j * to + at(i), to);
        }
      }
    }
  } else {
    for (let part = 0; part < wholeColumns; part += PART) {
      const end = min(part + PART, wholeColumns);
      for (let i = 0; i < wholeRows; i += 4) {
        for (let j = part; j < end; j += 4) {
          transposeTile(x + <usize>i * from + at(j), from, out + <usize>j * to + at(i), to);
        }
      }
    }
  }
  for (let i = 0; i < rows; i++) {
    for (let j = i < wholeRows ? wholeColumns : 0; j < columns; j++) {
      store<f32>(out + <usize>j * to + at(i), load<f32>(x + <usize>i * from + at(j)));
    }
  }
}

/** out [columns] = the sums over the rows of x [rows, columns]. */
export function columnSums(x: usize, rows: i32, columns: i32, out: usize): void {
  const stride = at(columns);
  let j = 0;
  for (; j + 16 <= columns; j += 16, x += 64, out += 64) {
    let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
    let row = x;
    for (let i = 0; i < rows; i++, row += stride) {
      s0 = f32x4.add(s0, v128.load(row));
      s1 = f32x4.add(s1, v128.load(row, 16));
      s2 = f32x4.add(s2, v128.load(row, 32));
      s3 = f32x4.add(s3, v128.load(row, 48));
    }
    v128.store(out, s0);
    v128.store(out, s1, 16);
    v128.store(out, s2, 32);
    v128.store(out, s3, 48);
  }
  for (; j < columns; j++, x += 4, out += 4) {
    let sum: f32 = 0;
    let row = x;
    for (let i = 0; i < rows; i++, row += stride) sum += load<f32>(row);
    store<f32>(out, sum);
  }
}

/** The sum of `columns` numbers. */
@inline
function rowSum(x: usize, columns: i32): f32 {
  let s0 = splat(0), s1 = splat(0);
  let j = 0;
  for (; j + 8 <= columns; j += 8, x += 32) {
    s0 = f32x4.add(s0, v128.load(x));
    s1 = f32x4.add(s1, v128.load(x, 16));
  }
  let sum = lanesSum(f32x4.add(s0, s1));
  for (; j < columns; j++, x += 4) sum += load<f32>(x);
  return sum;
}

/** out [rows] = the sums over the columns of x [rows, columns]. */
export function rowSums(x: usize, rows: i32, columns: i32, out: usize): void {
  for (let i = 0; i < rows; i++, x += at(columns), out += 4) store<f32>(out, rowSum(x, columns));
}
