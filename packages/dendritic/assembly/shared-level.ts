// The first level of trees that all see the same inputs: z [units, nodes, lanes] = Σ_k w [units, nodes, b] · x [rows, nodes·b]
// + bias [units, nodes], and its gradients. Blocks of the inputs are turned into lines that the first cache holds.
import { floats } from '../../core/assembly/lanes';
import { toLines, toRows } from './columns';
import { dotLines, sumLine } from './dot-lines';
import { sumLines } from './lines';

/** Rows of a block, and inputs if a node has no more. */
export const ROWS: i32 = 128;
const INPUTS: i32 = 64;
/** The distance of its lines in floats: no power of two, so that they share the cache. */
export const STRIDE: i32 = ROWS + 16;

/** Nodes whose inputs make a block. */
@inline
export function blockNodes(b: i32): i32 {
  return max(1, INPUTS / b);
}

/** Bytes of scratch memory that the functions below need. */
export function scratchBytes(b: i32): i32 {
  return (blockNodes(b) * b * STRIDE) << 2;
}

/** Lines of the inputs of some nodes and of a block of rows. */
export function gather(
  x: usize, inputs: i32, firstRow: i32, rows: i32, firstInput: i32, count: i32, to: usize,
): void {
  const present = min(ROWS, rows - firstRow);
  toLines(x + floats(firstRow * inputs + firstInput), inputs, to, STRIDE, present, count, (present + 3) & ~3, true);
}

/** Puts these lines back. */
export function scatter(
  lines: usize, dx: usize, inputs: i32, firstRow: i32, rows: i32, firstInput: i32, count: i32,
): void {
  toRows(lines, STRIDE, dx + floats(firstRow * inputs + firstInput), inputs, min(ROWS, rows - firstRow), count);
}

function plainSum(
  count: i32, from: usize, step: usize, w: usize, wStep: usize, start: f32, to: usize, bytes: usize,
): void {
  sumLines(false, count, from, step, w, wStep, start, 1, to, bytes);
}

export function forward(
  x: usize, w: usize, bias: usize, z: usize, rows: i32, lanes: i32, nodes: i32, b: i32, units: i32, scratch: usize,
): void {
  const block = blockNodes(b);
  for (let n = 0; n < lanes; n += ROWS) {
    const bytes = floats(min(ROWS, lanes - n));
    for (let first = 0; first < nodes; first += block) {
      const end = min(first + block, nodes);
      gather(x, nodes * b, n, rows, first * b, (end - first) * b, scratch);
      for (let u = 0; u < units; u++) {
        let from = scratch;
        for (let j = first; j < end; j++, from += floats(b * STRIDE)) {
          const q = u * nodes + j;
          const to = z + floats(q * lanes + n);
          plainSum(b, from, floats(STRIDE), w + floats(q * b), 4, load<f32>(bias + floats(q)), to, bytes);
        }
      }
    }
  }
}

/** dx [rows, nodes·b] = Σ_u dz · w. */
export function inputGradient(
  dz: usize, w: usize, dx: usize, rows: i32, lanes: i32, nodes: i32, b: i32, units: i32, scratch: usize,
): void {
  const inputs = nodes * b;
  const block = blockNodes(b);
  for (let n = 0; n < lanes; n += ROWS) {
    const bytes = floats(min(ROWS, lanes - n));
    for (let first = 0; first < nodes; first += block) {
      const end = min(first + block, nodes);
      let to = scratch;
      for (let j = first; j < end; j++) {
        const from = dz + floats(j * lanes + n);
        for (let i = j * b; i < (j + 1) * b; i++, to += floats(STRIDE)) {
          plainSum(units, from, floats(nodes * lanes), w + floats(i), floats(inputs), 0, to, bytes);
        }
      }
      scatter(scratch, dx, inputs, n, rows, first * b, (end - first) * b);
    }
  }
}

/** dw [units, nodes, b] = Σ over the rows of dz · x, and db [units, nodes] of dz. */
export function weightGradients(
  x: usize, dz: usize, dw: usize, db: usize, rows: i32, lanes: i32, nodes: i32, b: i32, units: i32, scratch: usize,
): void {
  const block = blockNodes(b);
  for (let n = 0; n < lanes; n += ROWS) {
    const bytes = floats(min(ROWS, lanes - n));
    for (let first = 0; first < nodes; first += block) {
      const end = min(first + block, nodes);
      gather(x, nodes * b, n, rows, first * b, (end - first) * b, scratch);
      for (let u = 0; u < units; u++) {
        let from = scratch;
        for (let j = first; j < end; j++, from += floats(b * STRIDE)) {
          const q = u * nodes + j;
          const d = dz + floats(q * lanes + n);
          dotLines(false, b, d, from, floats(STRIDE), bytes, 1, dw + floats(q * b), n == 0);
          addLineSum(d, bytes, db + floats(q), n == 0);
        }
      }
    }
  }
}

/** Adds the sum of a line to a number, or sets it. */
@inline
export function addLineSum(line: usize, bytes: usize, to: usize, fresh: bool): void {
  const sum = sumLine(line, bytes);
  store<f32>(to, fresh ? sum : load<f32>(to) + sum);
}
