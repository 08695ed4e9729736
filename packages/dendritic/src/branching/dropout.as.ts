// Dropout that draws its mask anew wherever it needs it: of a matrix, and of the inputs of every unit of a shared level
// (see shared-level.as.ts), where the place of input i before unit u is column i·units + u.
import { dropLimit, firstKey, keptInEvenRow, keptInOddRow, secondKey, words } from '../../../core/assembly/counter-random';
import { splat } from '../../../core/assembly/simd-math';
import { floats, loadLanes, madd, min, packColumns, packRows, storeLanes, storeTransposed } from '../../assembly/panels';

/** Writes the two keys of each pair of rows. */
function writeKeys(seed: u32, rows: i32, to: usize): void {
  for (let pair = 0; pair << 1 < rows; pair++, to += 8) {
    const first = firstKey(seed, pair);
    store<u32>(to, first);
    store<u32>(to, secondKey(first), 4);
  }
}

/** Bytes of the keys of these rows. A tile of four rows may read those of a pair that does not exist. */
@inline
function keyBytes(rows: i32): i32 {
  return ((rows + 3) >> 2) << 4;
}

/** from, from + step, from + 2·step, from + 3·step. */
@inline
function fourColumns(from: i32, step: i32): v128 {
  return i32x4.add(i32x4.splat(from), i32x4.mul(i32x4.splat(step), i32x4(0, 1, 2, 3)));
}

/** y [rows, columns] = x · mask. */
export function dropout(
  x: usize, y: usize, rows: i32, columns: i32, seed: u32, dropped: i32, scale: f32,
): void {
  const limit = dropLimit(dropped);
  const factor = splat(scale);
  for (let n = 0; n < rows; n++) {
    const key = firstKey(seed, n >> 1);
    const first = i32x4.splat(key);
    const second = i32x4.splat(secondKey(key));
    for (let i = 0; i < columns; i += 4, x += 16, y += 16) {
      const word = words(first, second, fourColumns(i, 1));
      const kept = n & 1 ? keptInOddRow(word, limit) : keptInEvenRow(word, limit);
      const left = columns - i;
      storeLanes(y, left, v128.and(f32x4.mul(loadLanes(x, left), factor), kept));
      if (left < 4) {
        x -= floats(4 - left);
        y -= floats(4 - left);
      }
    }
  }
}

/** Bytes of scratch memory that the functions below need. */
export function scratchBytes(rows: i32, nodes: i32, b: i32, units: i32): i32 {
  return keyBytes(rows) + 16 * max(nodes * b + nodes, units);
}

export function forward(
  x: usize, w: usize, bias: usize, z: usize, rows: i32, nodes: i32, b: i32, units: i32,
  seed: u32, dropped: i32, scale: f32, scratch: usize,
): void {
  const inputs = nodes * b;
  const limit = dropLimit(dropped);
  const panel = scratch + keyBytes(rows);
  const starts = panel + floats(inputs << 2);
  writeKeys(seed, rows, scratch);
  for (let u = 0; u < units; u += 4) {
    const left = min(4, units - u);
    packColumns(w + floats(u * inputs), inputs, left, inputs, scale, panel);
    packColumns(bias + floats(u * nodes), nodes, left, nodes, 1, starts);
    for (let n = 0; n < rows; n += 4) {
      const keys = scratch + floats(n);
      const first0 = v128.load32_splat(keys), second0 = v128.load32_splat(keys, 4);
      const first1 = v128.load32_splat(keys, 8), second1 = v128.load32_splat(keys, 12);
      // Rows that do not exist repeat the last one; it is stored after them.
      const last = rows - n - 1;
      const row1 = min(1, last), row2 = min(2, last), row3 = min(3, last);
      let x0 = x + floats(n * inputs);
      const to = z + floats(n * nodes * units + u);
      let at = panel;
      let columns = fourColumns(u, 1);
      for (let j = 0; j < nodes; j++) {
        let z0 = v128.load(starts + floats(j << 2));
        let z1 = z0, z2 = z0, z3 = z0;
        for (let k = 0; k < b; k++, at += 16, x0 += 4) {
          const weight = v128.load(at);
          const even = words(first0, second0, columns);
          const odd = words(first1, second1, columns);
          columns = i32x4.add(columns, i32x4.splat(units));
          z0 = madd(v128.and(v128.load32_splat(x0), keptInEvenRow(even, limit)), weight, z0);
          z1 = madd(v128.and(v128.load32_splat(x0 + floats(row1 * inputs)), keptInOddRow(even, limit)), weight, z1);
          z2 = madd(v128.and(v128.load32_splat(x0 + floats(row2 * inputs)), keptInEvenRow(odd, limit)), weight, z2);
          z3 = madd(v128.and(v128.load32_splat(x0 + floats(row3 * inputs)), keptInOddRow(odd, limit)), weight, z3);
        }
        const out = to + floats(j * units);
        storeLanes(out + floats(row3 * nodes * units), left, z3);
        storeLanes(out + floats(row2 * nodes * units), left, z2);
        storeLanes(out + floats(row1 * nodes * units), left, z1);
        storeLanes(out, left, z0);
      }
    }
  }
}

export function inputGradient(
  dz: usize, w: usize, dx: usize, rows: i32, nodes: i32, b: i32, units: i32,
  seed: u32, dropped: i32, scale: f32, scratch: usize,
): void {
  const inputs = nodes * b;
  const limit = dropLimit(dropped);
  const factor = splat(scale);
  const panel = scratch + keyBytes(rows);
  writeKeys(seed, rows, scratch);
  for (let j = 0; j < nodes; j++) {
    for (let k = 0; k < b; k += 4) {
      const left = min(4, b - k);
      const i = j * b + k;
      packRows(w + floats(i), inputs, left, units, panel);
      for (let n = 0; n < rows; n += 4) {
        const keys = scratch + floats(n);
        const first0 = v128.load32_splat(keys), second0 = v128.load32_splat(keys, 4);
        const first1 = v128.load32_splat(keys, 8), second1 = v128.load32_splat(keys, 12);
        const last = rows - n - 1;
        const row1 = min(1, last), row2 = min(2, last), row3 = min(3, last);
        let d = dz + floats((n * nodes + j) * units);
        let columns = fourColumns(i * units, units);
        let x0 = splat(0), x1 = splat(0), x2 = splat(0), x3 = splat(0);
        for (let u = 0; u < units; u++, d += 4) {
          const weight = v128.load(panel + floats(u << 2));
          const even = words(first0, second0, columns);
          const odd = words(first1, second1, columns);
          columns = i32x4.add(columns, i32x4.splat(1));
          x0 = madd(v128.load32_splat(d), v128.and(weight, keptInEvenRow(even, limit)), x0);
          x1 = madd(v128.load32_splat(d + floats(row1 * nodes * units)), v128.and(weight, keptInOddRow(even, limit)), x1);
          x2 = madd(v128.load32_splat(d + floats(row2 * nodes * units)), v128.and(weight, keptInEvenRow(odd, limit)), x2);
          x3 = madd(v128.load32_splat(d + floats(row3 * nodes * units)), v128.and(weight, keptInOddRow(odd, limit)), x3);
        }
        const out = dx + floats(n * inputs + i);
        storeLanes(out + floats(row3 * inputs), left, f32x4.mul(factor, x3));
        storeLanes(out + floats(row2 * inputs), left, f32x4.mul(factor, x2));
        storeLanes(out + floats(row1 * inputs), left, f32x4.mul(factor, x1));
        storeLanes(out, left, f32x4.mul(factor, x0));
      }
    }
  }
}

export function kernelGradient(
  x: usize, dz: usize, dw: usize, rows: i32, nodes: i32, b: i32, units: i32,
  seed: u32, dropped: i32, scale: f32, scratch: usize,
): void {
  const inputs = nodes * b;
  const limit = dropLimit(dropped);
  const factor = splat(scale);
  writeKeys(seed, rows, scratch);
  for (let u = 0; u < units; u += 4) {
    const left = min(4, units - u);
    for (let j = 0; j < nodes; j++) {
      for (let k = 0; k < b; k += 4) {
        // Inputs that do not exist repeat the last one.
        const last = b - k - 1;
        const i0 = j * b + k, i1 = i0 + min(1, last), i2 = i0 + min(2, last), i3 = i0 + min(3, last);
        const c0 = fourColumns(i0 * units + u, 1), c1 = fourColumns(i1 * units + u, 1);
        const c2 = fourColumns(i2 * units + u, 1), c3 = fourColumns(i3 * units + u, 1);
        let w0 = splat(0), w1 = splat(0), w2 = splat(0), w3 = splat(0);
        for (let n = 0; n < rows; n += 2) {
          const keys = scratch + floats(n);
          const first = v128.load32_splat(keys), second = v128.load32_splat(keys, 4);
          const d = dz + floats((n * nodes + j) * units + u);
          const even = loadLanes(d, left);
          const both = n + 1 < rows;
          const odd = both ? loadLanes(d + floats(nodes * units), left) : splat(0);
          const a = x + floats(n * inputs);
          const next = a + (both ? floats(inputs) : 0);
          const word0 = words(first, second, c0), word1 = words(first, second, c1);
          w0 = madd(v128.and(even, keptInEvenRow(word0, limit)), v128.load32_splat(a + floats(i0)), w0);
          w0 = madd(v128.and(odd, keptInOddRow(word0, limit)), v128.load32_splat(next + floats(i0)), w0);
          w1 = madd(v128.and(even, keptInEvenRow(word1, limit)), v128.load32_splat(a + floats(i1)), w1);
          w1 = madd(v128.and(odd, keptInOddRow(word1, limit)), v128.load32_splat(next + floats(i1)), w1);
          const word2 = words(first, second, c2), word3 = words(first, second, c3);
          w2 = madd(v128.and(even, keptInEvenRow(word2, limit)), v128.load32_splat(a + floats(i2)), w2);
          w2 = madd(v128.and(odd, keptInOddRow(word2, limit)), v128.load32_splat(next + floats(i2)), w2);
          w3 = madd(v128.and(even, keptInEvenRow(word3, limit)), v128.load32_splat(a + floats(i3)), w3);
          w3 = madd(v128.and(odd, keptInOddRow(word3, limit)), v128.load32_splat(next + floats(i3)), w3);
        }
        storeTransposed(
          dw + floats(u * inputs + i0), floats(inputs), left, min(4, last + 1),
          f32x4.mul(factor, w0), f32x4.mul(factor, w1), f32x4.mul(factor, w2), f32x4.mul(factor, w3),
        );
      }
    }
  }
}
