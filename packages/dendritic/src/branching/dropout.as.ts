// Dropout that draws its mask anew wherever it needs it: of a matrix, and of the inputs of every unit of a shared level (see
// shared-level.as.ts), where input i before unit u is column u·inputs + i of the mask.
import { columnKey, dropLimit, keptInFirst, keptInSecond, products, saltOf, writeRowKeys } from '../../../core/assembly/counter-random';
import { floats } from '../../../core/assembly/lanes';
import { loadTail, madd, splat, storeTail, sumsOf } from '../../../core/assembly/simd-math';
import { addLineSum, blockNodes, gather, ROWS, scatter, scratchBytes as blockBytes, STRIDE } from '../../assembly/shared-level';

const STEP: usize = <usize>STRIDE << 2;

/** Pairs of rows in whole vectors of keys. */
@inline
function pairs(rows: i32): i32 {
  return ((rows + 7) >> 3) << 2;
}

/** Bytes of scratch memory of a shared level: keys of rows, keys and weights of columns, and a block of lines. */
export function scratchBytes(rows: i32, b: i32, units: i32): i32 {
  return ((pairs(rows) + b * units) << 3) + blockBytes(b);
}

/** Bytes of scratch memory of a matrix. */
export function matrixScratchBytes(rows: i32, columns: i32): i32 {
  return (2 * pairs(rows) + columns + 3) << 2;
}

/** y [rows, columns] = x · mask. */
export function dropout(
  x: usize, y: usize, rows: i32, columns: i32, seed: u32, dropped: i32, scale: f32, scratch: usize,
): void {
  const limit = dropLimit(dropped);
  const salt = saltOf(seed);
  const second = floats(pairs(rows));
  const columnKeys = scratch + 2 * second;
  writeRowKeys(seed, pairs(rows), scratch);
  for (let c = 0; c < columns; c++) store<u32>(columnKeys + floats(c), columnKey(salt, c));
  for (let r = 0; r < rows; r++) {
    const keys = scratch + floats(((r >> 3) << 2) | (r & 3));
    const k1 = v128.load32_splat(keys), k2 = v128.load32_splat(keys + second);
    for (let c = 0; c < columns; c += 4, x += 16, y += 16) {
      const bits = products(v128.load(columnKeys + floats(c)), k1, k2);
      const kept = v128.and(splat(scale), r & 4 ? keptInSecond(bits, limit) : keptInFirst(bits, limit));
      const left = columns - c;
      if (left >= 4) {
        v128.store(y, f32x4.mul(v128.load(x), kept));
      } else {
        storeTail(y, f32x4.mul(loadTail(x, left), kept), left);
        x -= floats(4 - left);
        y -= floats(4 - left);
      }
    }
  }
}

/** Writes the keys of columns, each followed by its weight times `scale`. */
function writeColumns(salt: u32, w: usize, count: i32, column: i32, scale: f32, to: usize): void {
  for (let k = 0; k < count; k++, w += 4, to += 8) {
    store<u32>(to, columnKey(salt, column + k));
    store<f32>(to, scale * load<f32>(w), 4);
  }
}

/** to = start + Σ w · mask · from over `count` lines `step` bytes apart, their keys and weights `columnStep` bytes apart. */
function sumMasked(
  count: i32, from: usize, step: usize, columns: usize, columnStep: usize, keys: usize, second: usize, limit: v128,
  start: f32, to: usize, lanes: i32,
): void {
  for (let n = 0; n < lanes; n += 8, from += 32, to += 32, keys += 16) {
    const k1 = v128.load(keys), k2 = v128.load(keys + second);
    let a = splat(start), b = a;
    let at = from;
    let column = columns;
    if (n + 4 < lanes) {
      for (let k = 0; k < count; k++, at += step, column += columnStep) {
        const bits = products(v128.load32_splat(column), k1, k2);
        const weight = v128.load32_splat(column, 4);
        a = madd(v128.and(v128.load(at), keptInFirst(bits, limit)), weight, a);
        b = madd(v128.and(v128.load(at, 16), keptInSecond(bits, limit)), weight, b);
      }
      v128.store(to, b, 16);
    } else {
      for (let k = 0; k < count; k++, at += step, column += columnStep) {
        const bits = products(v128.load32_splat(column), k1, k2);
        a = madd(v128.and(v128.load(at), keptInFirst(bits, limit)), v128.load32_splat(column, 4), a);
      }
    }
    v128.store(to, a);
  }
}

export function forward(
  x: usize, w: usize, bias: usize, z: usize, rows: i32, lanes: i32, nodes: i32, b: i32, units: i32,
  scratch: usize, seed: u32, dropped: i32, scale: f32,
): void {
  const limit = dropLimit(dropped);
  const salt = saltOf(seed);
  const second = floats(pairs(rows));
  const columns = scratch + 2 * second, lines = columns + floats(b * units << 1);
  const block = blockNodes(b);
  writeRowKeys(seed, pairs(rows), scratch);
  for (let n = 0; n < lanes; n += ROWS) {
    const present = min(ROWS, lanes - n);
    const keys = scratch + floats(n >> 1);
    for (let first = 0; first < nodes; first += block) {
      const end = min(first + block, nodes);
      gather(x, nodes * b, n, rows, first * b, (end - first) * b, lines);
      for (let u = 0; u < units; u++) {
        let from = lines;
        for (let j = first; j < end; j++, from += <usize>b * STEP) {
          const q = u * nodes + j;
          writeColumns(salt, w + floats(q * b), b, q * b, scale, columns);
          const to = z + floats(q * lanes + n);
          sumMasked(b, from, STEP, columns, 8, keys, second, limit, load<f32>(bias + floats(q)), to, present);
        }
      }
    }
  }
}

export function inputGradient(
  dz: usize, w: usize, dx: usize, rows: i32, lanes: i32, nodes: i32, b: i32, units: i32,
  scratch: usize, seed: u32, dropped: i32, scale: f32,
): void {
  const limit = dropLimit(dropped);
  const salt = saltOf(seed);
  const second = floats(pairs(rows));
  const columns = scratch + 2 * second, lines = columns + floats(b * units << 1);
  const block = blockNodes(b);
  writeRowKeys(seed, pairs(rows), scratch);
  for (let n = 0; n < lanes; n += ROWS) {
    const present = min(ROWS, lanes - n);
    const keys = scratch + floats(n >> 1);
    for (let first = 0; first < nodes; first += block) {
      const end = min(first + block, nodes);
      let to = lines;
      for (let j = first; j < end; j++) {
        for (let u = 0; u < units; u++) {
          const q = u * nodes + j;
          writeColumns(salt, w + floats(q * b), b, q * b, scale, columns + floats(u * b << 1));
        }
        const from = dz + floats(j * lanes + n);
        for (let k = 0; k < b; k++, to += STEP) {
          const column = columns + floats(k << 1);
          sumMasked(units, from, floats(nodes * lanes), column, floats(b << 1), keys, second, limit, 0, to, present);
        }
      }
      scatter(lines, dx, nodes * b, n, rows, first * b, (end - first) * b);
    }
  }
}

/** Σ over the rows of d · mask · x for two columns, whose lines of x are `step` bytes apart; two zeros after them. */
function dotMasked(
  d: usize, x: usize, step: usize, column0: u32, column1: u32, keys: usize, second: usize, limit: v128, lanes: i32,
): v128 {
  const c0 = i32x4.splat(column0), c1 = i32x4.splat(column1);
  let s0 = splat(0), s1 = s0;
  let n = 0;
  for (; n + 8 <= lanes; n += 8, d += 32, x += 32, keys += 16) {
    const k1 = v128.load(keys), k2 = v128.load(keys + second);
    const bits0 = products(c0, k1, k2), bits1 = products(c1, k1, k2);
    const d0 = v128.load(d), d1 = v128.load(d, 16);
    s0 = madd(v128.and(d0, keptInFirst(bits0, limit)), v128.load(x), s0);
    s1 = madd(v128.and(d0, keptInFirst(bits1, limit)), v128.load(x + step), s1);
    s0 = madd(v128.and(d1, keptInSecond(bits0, limit)), v128.load(x, 16), s0);
    s1 = madd(v128.and(d1, keptInSecond(bits1, limit)), v128.load(x + step, 16), s1);
  }
  if (n < lanes) {
    const k1 = v128.load(keys), k2 = v128.load(keys + second);
    const d0 = v128.load(d);
    s0 = madd(v128.and(d0, keptInFirst(products(c0, k1, k2), limit)), v128.load(x), s0);
    s1 = madd(v128.and(d0, keptInFirst(products(c1, k1, k2), limit)), v128.load(x + step), s1);
  }
  return sumsOf(s0, s1, splat(0), splat(0));
}

export function weightGradients(
  x: usize, dz: usize, dw: usize, db: usize, rows: i32, lanes: i32, nodes: i32, b: i32, units: i32,
  scratch: usize, seed: u32, dropped: i32, scale: f32,
): void {
  const limit = dropLimit(dropped);
  const factor = splat(scale);
  const salt = saltOf(seed);
  const second = floats(pairs(rows));
  const lines = scratch + 2 * second;
  const block = blockNodes(b);
  writeRowKeys(seed, pairs(rows), scratch);
  for (let n = 0; n < lanes; n += ROWS) {
    const present = min(ROWS, lanes - n);
    const keys = scratch + floats(n >> 1);
    for (let first = 0; first < nodes; first += block) {
      const end = min(first + block, nodes);
      gather(x, nodes * b, n, rows, first * b, (end - first) * b, lines);
      for (let u = 0; u < units; u++) {
        let from = lines;
        for (let j = first; j < end; j++, from += <usize>b * STEP) {
          const q = u * nodes + j;
          const d = dz + floats(q * lanes + n);
          addLineSum(d, floats(present), db + floats(q), n == 0);
          for (let k = 0; k < b; k += 2) {
            // A column that does not exist repeats the one before it, and is not stored.
            const other = k + 1 < b ? 1 : 0;
            const i = q * b + k;
            const key0 = columnKey(salt, i), key1 = columnKey(salt, i + other);
            const dots = dotMasked(d, from + <usize>k * STEP, <usize>other * STEP, key0, key1, keys, second, limit, present);
            const to = dw + floats(i);
            const sums = f32x4.mul(factor, dots);
            storeTail(to, n > 0 ? f32x4.add(sums, loadTail(to, 1 + other)) : sums, 1 + other);
          }
        }
      }
    }
  }
}
