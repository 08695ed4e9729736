// Dropout that draws its mask anew wherever it needs it: of a matrix, and of the inputs of every unit of a shared level
// (see shared-level.as.ts), where the place of input i before unit u is column i·units + u.
import { dropLimit, firstKey, keptInEvenRow, keptInOddRow, secondKey, words } from '../../../core/assembly/counter-random';
import { splat } from '../../../core/assembly/simd-math';
import { floats, loadLanes, madd, min, packColumns, packRows, storeColumns, storeLanes, vectors } from '../../assembly/panels';

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

/** Sums that the first cache holds beside what else is used. */
const SUMS: i32 = 4096;

/** Bytes of scratch memory that the functions below need. Three rows beyond the last sums may be read. */
export function scratchBytes(rows: i32, nodes: i32, b: i32, units: i32): i32 {
  return keyBytes(rows) + (nodes * b + max(nodes, 3)) * (vectors(units) << 4);
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

/** The sums of some nodes are kept aside, so that memory is read in order. */
export function kernelGradient(
  x: usize, dz: usize, dw: usize, rows: i32, nodes: i32, b: i32, units: i32,
  seed: u32, dropped: i32, scale: f32, scratch: usize,
): void {
  const inputs = nodes * b;
  const limit = dropLimit(dropped);
  const factor = splat(scale);
  const padded = vectors(units) << 2;
  const block = max(1, SUMS / (b * padded));
  const kept = scratch + keyBytes(rows);
  writeKeys(seed, rows, scratch);
  for (let start = 0; start < nodes; start += block) {
    const end = min(start + block, nodes);
    memory.fill(kept, 0, floats((end - start) * b * padded));
    for (let n = 0; n < rows; n += 2) {
      const keys = scratch + floats(n);
      const first = v128.load32_splat(keys), second = v128.load32_splat(keys, 4);
      // Without a second row the first is read again, and counts for nothing.
      const both = n + 1 < rows;
      for (let j = start; j < end; j++) {
        const row = dz + floats((n * nodes + j) * units);
        for (let u = 0; u < units; u += 4) {
          const left = (nodes - j) * units - u;
          const d = row + floats(u);
          const even = f32x4.mul(factor, loadLanes(d, left));
          const odd = both ? f32x4.mul(factor, loadLanes(d + floats(nodes * units), left)) : splat(0);
          let a = x + floats(n * inputs + j * b);
          const next = both ? floats(inputs) : 0;
          let columns = fourColumns(j * b * units + u, 1);
          let sums = kept + floats((j - start) * b * padded + u);
          for (let k = 0; k < b; k++, a += 4, sums += floats(padded)) {
            const word = words(first, second, columns);
            columns = i32x4.add(columns, i32x4.splat(units));
            const sum = madd(v128.and(even, keptInEvenRow(word, limit)), v128.load32_splat(a), v128.load(sums));
            v128.store(sums, madd(v128.and(odd, keptInOddRow(word, limit)), v128.load32_splat(a + next), sum));
          }
        }
      }
    }
    storeColumns(kept, (end - start) * b, units, dw + floats(start * b), inputs);
  }
}
