// The first level of trees that all see the same inputs: z [rows, nodes, units] = Σ_k x [rows, nodes·b] · w [units, nodes, b]
// + bias [units, nodes], and its gradients. For each node it is a product of two small matrices: tiles of 4 rows by up
// to 12 lanes, which are units, or the inputs of a node. Strides are in floats.
import { splat } from '../../core/assembly/simd-math';
import { floats, loadLanes, madd, min, packColumns, packRows, storeColumns, storeLanes, vectors } from './panels';

/** Lanes of a tile at most. */
const WIDTH: i32 = 12;
/** Inputs of a row, and rows, that the first cache holds beside what else is used. */
const INPUTS: i32 = 64;
const ROWS: i32 = 32;

/**
 * C [rows ≤ 4, lanes] = start + Σ a·panel, of `count` vectors, which must be constant. Rows that do not exist repeat the
 * last one; without a start it is 0.
 */
@inline
function tile(
  count: i32, a: usize, aRow: i32, aStep: i32, panel: usize, panelStep: i32, depth: i32, rows: i32, lanes: i32,
  start: usize, startRow: i32, to: usize, toRow: i32,
): void {
  let a0 = a;
  let a1 = a + floats(min(1, rows - 1) * aRow);
  let a2 = a + floats(min(2, rows - 1) * aRow);
  let a3 = a + floats(min(3, rows - 1) * aRow);
  const step = floats(aStep);
  const panelBytes = floats(panelStep);
  const startBytes = floats(startRow);
  let c00 = at(1, count, start), c01 = at(2, count, start), c02 = at(3, count, start);
  let c10 = c00, c11 = c01, c12 = c02;
  let c20 = c00, c21 = c01, c22 = c02;
  let c30 = c00, c31 = c01, c32 = c02;
  if (startBytes) {
    start += startBytes;
    c10 = at(1, count, start), c11 = at(2, count, start), c12 = at(3, count, start);
    start += startBytes;
    c20 = at(1, count, start), c21 = at(2, count, start), c22 = at(3, count, start);
    start += startBytes;
    c30 = at(1, count, start), c31 = at(2, count, start), c32 = at(3, count, start);
  }
  for (; depth > 0; depth--) {
    const b0 = v128.load(panel);
    const b1 = count > 1 ? v128.load(panel, 16) : b0;
    const b2 = count > 2 ? v128.load(panel, 32) : b0;
    let x = v128.load32_splat(a0);
    c00 = madd(x, b0, c00);
    if (count > 1) c01 = madd(x, b1, c01);
    if (count > 2) c02 = madd(x, b2, c02);
    x = v128.load32_splat(a1);
    c10 = madd(x, b0, c10);
    if (count > 1) c11 = madd(x, b1, c11);
    if (count > 2) c12 = madd(x, b2, c12);
    x = v128.load32_splat(a2);
    c20 = madd(x, b0, c20);
    if (count > 1) c21 = madd(x, b1, c21);
    if (count > 2) c22 = madd(x, b2, c22);
    x = v128.load32_splat(a3);
    c30 = madd(x, b0, c30);
    if (count > 1) c31 = madd(x, b1, c31);
    if (count > 2) c32 = madd(x, b2, c32);
    a0 += step;
    a1 += step;
    a2 += step;
    a3 += step;
    panel += panelBytes;
  }
  const stride = floats(toRow);
  storeRow(count, to, lanes, c00, c01, c02);
  if (rows > 1) storeRow(count, to + stride, lanes, c10, c11, c12);
  if (rows > 2) storeRow(count, to + 2 * stride, lanes, c20, c21, c22);
  if (rows > 3) storeRow(count, to + 3 * stride, lanes, c30, c31, c32);
}

/** Vector i of the `count` at an address; zeros for those that do not exist. */
@inline
function at(i: i32, count: i32, start: usize): v128 {
  return start && i <= count ? v128.load(start + 16 * (i - 1)) : splat(0);
}

@inline
function storeRow(count: i32, to: usize, lanes: i32, x: v128, y: v128, z: v128): void {
  storeLanes(to, lanes, x);
  if (count > 1) storeLanes(to + 16, lanes - 4, y);
  if (count > 2) storeLanes(to + 32, lanes - 8, z);
}

/** A tile of any number of vectors. */
@inline
function anyTile(
  a: usize, aRow: i32, aStep: i32, panel: usize, panelStep: i32, depth: i32, rows: i32, lanes: i32,
  start: usize, startRow: i32, to: usize, toRow: i32,
): void {
  const count = vectors(lanes);
  if (count == 3) tile(3, a, aRow, aStep, panel, panelStep, depth, rows, lanes, start, startRow, to, toRow);
  else if (count == 2) tile(2, a, aRow, aStep, panel, panelStep, depth, rows, lanes, start, startRow, to, toRow);
  else tile(1, a, aRow, aStep, panel, panelStep, depth, rows, lanes, start, startRow, to, toRow);
}

/** Lanes of each panel when `lanes` are shared out evenly among as few as possible. */
@inline
function panelWidth(lanes: i32): i32 {
  const panels = (lanes + WIDTH - 1) / WIDTH;
  return ((vectors(lanes) + panels - 1) / panels) << 2;
}

/** Bytes of scratch memory that the functions below need. */
export function scratchBytes(rows: i32, nodes: i32, b: i32, units: i32): i32 {
  const packedUnits = vectors(units) << 2;
  // Three rows beyond the last sums may be read.
  const sums = (nodes * b + 3) * packedUnits + WIDTH * ROWS;
  return max(max((nodes * b + nodes) * packedUnits, sums), WIDTH * units) << 2;
}

export function forward(
  x: usize, w: usize, bias: usize, z: usize, rows: i32, nodes: i32, b: i32, units: i32, scratch: usize,
): void {
  const inputs = nodes * b;
  const width = panelWidth(units);
  const starts = scratch + floats(inputs * (vectors(units) << 2));
  for (let u = 0; u < units; u += width) {
    const lanes = min(width, units - u);
    packColumns(w + floats(u * inputs), inputs, lanes, inputs, 1, scratch + floats(u * inputs));
    packColumns(bias + floats(u * nodes), nodes, lanes, nodes, 1, starts + floats(u * nodes));
  }
  // Some nodes of a row, and all their units, before the next row: what is read and written lies side by side.
  const block = max(1, INPUTS / b);
  for (let first = 0; first < nodes; first += block) {
    const end = min(first + block, nodes);
    for (let n = 0; n < rows; n += 4) {
      const present = min(4, rows - n);
      for (let j = first; j < end; j++) {
        const from = x + floats(n * inputs + j * b);
        for (let u = 0; u < units; u += width) {
          const lanes = min(width, units - u);
          const step = vectors(lanes) << 2;
          const panel = scratch + floats(u * inputs + j * b * step);
          const start = starts + floats(u * nodes + j * step);
          const to = z + floats((n * nodes + j) * units + u);
          // Whole vectors are quicker; what is too much of them, up to the end of the row, is written over next.
          const stored = min(step, (nodes - j) * units - u);
          anyTile(from, inputs, 1, panel, step, b, present, stored, start, 0, to, nodes * units);
        }
      }
    }
  }
}

/** dx [rows, nodes·b] = Σ_u dz · w. */
export function inputGradient(
  dz: usize, w: usize, dx: usize, rows: i32, nodes: i32, b: i32, units: i32, scratch: usize,
): void {
  const inputs = nodes * b;
  const width = panelWidth(b);
  for (let j = 0; j < nodes; j++) {
    for (let k = 0; k < b; k += width) {
      const lanes = min(width, b - k);
      const i = j * b + k;
      packRows(w + floats(i), inputs, lanes, units, scratch);
      const step = vectors(lanes) << 2;
      for (let n = 0; n < rows; n += 4) {
        const from = dz + floats((n * nodes + j) * units);
        const to = dx + floats(n * inputs + i);
        anyTile(from, nodes * units, 1, scratch, step, units, min(4, rows - n), lanes, 0, 0, to, inputs);
      }
    }
  }
}

/** dw [units, nodes, b] = Σ_rows dz · x. The sums of few rows after another are kept aside: memory is read in order. */
export function kernelGradient(
  x: usize, dz: usize, dw: usize, rows: i32, nodes: i32, b: i32, units: i32, scratch: usize,
): void {
  const inputs = nodes * b;
  const width = panelWidth(units);
  const padded = vectors(units) << 2;
  const copy = scratch + floats((inputs + 3) * padded);
  memory.fill(scratch, 0, floats(inputs * padded));
  for (let n = 0; n < rows; n += ROWS) {
    const depth = min(ROWS, rows - n);
    for (let j = 0; j < nodes; j++) {
      for (let u = 0; u < units; u += width) {
        const lanes = vectors(min(width, units - u)) << 2;
        let panel = dz + floats((n * nodes + j) * units + u);
        let step = nodes * units;
        // Whole vectors are read, what is too much of them for sums that nobody reads; but not beyond the end.
        const left = ((rows - n - depth + 1) * nodes - j) * units - u;
        if (lanes > left) {
          packRows(panel, step, units - u, depth, copy);
          panel = copy;
          step = lanes;
        }
        for (let k = 0; k < b; k += 4) {
          const i = j * b + k;
          const sums = scratch + floats(i * padded + u);
          const from = x + floats(n * inputs + i);
          anyTile(from, 1, inputs, panel, step, depth, min(4, b - k), lanes, sums, padded, sums, padded);
        }
      }
    }
  }
  storeColumns(scratch, inputs, units, dw, inputs);
}

/** db [units, nodes] = Σ_rows dz [rows, nodes, units]. `scratch` has room for a row of whole vectors. */
export function biasGradient(dz: usize, db: usize, rows: i32, nodes: i32, units: i32, scratch: usize): void {
  const columns = nodes * units;
  const line = floats(columns);
  memory.fill(scratch, 0, floats(vectors(columns) << 2));
  for (let n = 0; n < rows; n += 4, dz += 4 * line) {
    const last = rows - n - 1;
    for (let c = 0; c < columns; c += 4) {
      const left = columns - c;
      const at = dz + floats(c);
      let sum = f32x4.add(v128.load(scratch + floats(c)), loadLanes(at, left));
      if (last > 0) sum = f32x4.add(sum, loadLanes(at + line, left));
      if (last > 1) sum = f32x4.add(sum, loadLanes(at + 2 * line, left));
      if (last > 2) sum = f32x4.add(sum, loadLanes(at + 3 * line, left));
      v128.store(scratch + floats(c), sum);
    }
  }
  for (let u = 0; u < units; u++) {
    for (let j = 0; j < nodes; j++) store<f32>(db + floats(u * nodes + j), load<f32>(scratch + floats(j * units + u)));
  }
}
