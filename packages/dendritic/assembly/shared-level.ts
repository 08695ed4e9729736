// The first level of trees that all see the same inputs: z [rows, nodes, units] = Σ_k x [rows, nodes·b] · w [units, nodes, b]
// + bias [units, nodes], and its gradients. For each node it is a product of two small matrices: tiles of 4 rows by up
// to 12 lanes, which are units, or the inputs of a node. Strides are in floats.
import { splat } from '../../core/assembly/simd-math';
import { floats, loadLanes, madd, min, packColumns, packRows, storeLanes, storeTransposed, vectors } from './panels';

/** Lanes of a tile at most. */
const WIDTH: i32 = 12;
const STRAIGHT = 0;
const TRANSPOSED = 1;

/**
 * C [rows ≤ 4, lanes] = start + Σ a·panel, of `count` vectors, which must be constant. Straight, the rows of C are
 * `toStride` apart; transposed, its lanes are. Rows that do not exist repeat the last one.
 */
@inline
function tile(
  count: i32, form: i32, a: usize, aRow: i32, aStep: i32, panel: usize, depth: i32, rows: i32, lanes: i32, start: usize,
  to: usize, toStride: i32,
): void {
  let a0 = a;
  let a1 = a + floats(min(1, rows - 1) * aRow);
  let a2 = a + floats(min(2, rows - 1) * aRow);
  let a3 = a + floats(min(3, rows - 1) * aRow);
  const step = floats(aStep);
  let c00 = start ? v128.load(start) : splat(0);
  let c01 = start && count > 1 ? v128.load(start, 16) : splat(0);
  let c02 = start && count > 2 ? v128.load(start, 32) : splat(0);
  let c10 = c00, c11 = c01, c12 = c02;
  let c20 = c00, c21 = c01, c22 = c02;
  let c30 = c00, c31 = c01, c32 = c02;
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
    panel += 16 * count;
  }
  const stride = floats(toStride);
  if (form == TRANSPOSED) {
    storeTransposed(to, stride, lanes, rows, c00, c10, c20, c30);
    if (count > 1) storeTransposed(to + 4 * stride, stride, lanes - 4, rows, c01, c11, c21, c31);
    if (count > 2) storeTransposed(to + 8 * stride, stride, lanes - 8, rows, c02, c12, c22, c32);
    return;
  }
  storeRow(count, to, lanes, c00, c01, c02);
  if (rows > 1) storeRow(count, to + stride, lanes, c10, c11, c12);
  if (rows > 2) storeRow(count, to + 2 * stride, lanes, c20, c21, c22);
  if (rows > 3) storeRow(count, to + 3 * stride, lanes, c30, c31, c32);
}

@inline
function storeRow(count: i32, to: usize, lanes: i32, x: v128, y: v128, z: v128): void {
  storeLanes(to, lanes, x);
  if (count > 1) storeLanes(to + 16, lanes - 4, y);
  if (count > 2) storeLanes(to + 32, lanes - 8, z);
}

/** Tiles down all rows of C; `form` must be constant. */
@inline
function column(
  form: i32, a: usize, aRow: i32, aStep: i32, panel: usize, depth: i32, rows: i32, lanes: i32, start: usize,
  to: usize, toRow: i32, toStride: i32,
): void {
  const count = vectors(lanes);
  for (let r = 0; r < rows; r += 4) {
    const left = rows - r;
    const from = a + floats(r * aRow);
    const out = to + floats(r * toRow);
    if (count == 3) tile(3, form, from, aRow, aStep, panel, depth, min(4, left), lanes, start, out, toStride);
    else if (count == 2) tile(2, form, from, aRow, aStep, panel, depth, min(4, left), lanes, start, out, toStride);
    else tile(1, form, from, aRow, aStep, panel, depth, min(4, left), lanes, start, out, toStride);
  }
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
  return max((nodes * b + nodes) * packedUnits, WIDTH * max(rows, units)) << 2;
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
  // All units of a row before the next: what they write lies side by side.
  for (let j = 0; j < nodes; j++) {
    for (let n = 0; n < rows; n += 4) {
      const from = x + floats(n * inputs + j * b);
      const present = min(4, rows - n);
      for (let u = 0; u < units; u += width) {
        const lanes = min(width, units - u);
        const step = vectors(lanes) << 2;
        const panel = scratch + floats(u * inputs + j * b * step);
        const start = starts + floats(u * nodes + j * step);
        const to = z + floats((n * nodes + j) * units + u);
        column(STRAIGHT, from, inputs, 1, panel, b, present, lanes, start, to, nodes * units, nodes * units);
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
      column(STRAIGHT, dz + floats(j * units), nodes * units, 1, scratch, units, rows, lanes, 0, dx + floats(i), inputs, inputs);
    }
  }
}

/** dw [units, nodes, b] = Σ_rows dz · x. */
export function kernelGradient(
  x: usize, dz: usize, dw: usize, rows: i32, nodes: i32, b: i32, units: i32, scratch: usize,
): void {
  const inputs = nodes * b;
  const width = panelWidth(units);
  for (let j = 0; j < nodes; j++) {
    for (let u = 0; u < units; u += width) {
      const lanes = min(width, units - u);
      packRows(dz + floats(j * units + u), nodes * units, lanes, rows, scratch);
      const to = dw + floats(u * inputs + j * b);
      column(TRANSPOSED, x + floats(j * b), 1, inputs, scratch, rows, b, lanes, 0, to, 1, inputs);
    }
  }
}

/** db [units, nodes] = Σ_rows dz [rows, nodes, units]. */
export function biasGradient(dz: usize, db: usize, rows: i32, nodes: i32, units: i32): void {
  const stride = floats(nodes * units);
  for (let j = 0; j < nodes; j++) {
    for (let u = 0; u < units; u += 4) {
      const left = units - u;
      let at = dz + floats(j * units + u);
      let sum = splat(0);
      for (let n = 0; n < rows; n++, at += stride) sum = f32x4.add(sum, loadLanes(at, left));
      const to = db + floats(u * nodes + j);
      store<f32>(to, f32x4.extract_lane(sum, 0));
      if (left > 1) store<f32>(to + floats(nodes), f32x4.extract_lane(sum, 1));
      if (left > 2) store<f32>(to + 2 * floats(nodes), f32x4.extract_lane(sum, 2));
      if (left > 3) store<f32>(to + 3 * floats(nodes), f32x4.extract_lane(sum, 3));
    }
  }
}
