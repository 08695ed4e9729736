// A level of trees whose nodes have inputs of their own: z [nodes, lanes] = Σ_k φ(h [nodes·b, lanes]) · w [nodes, b] + bias [nodes]
// with φ(h) = h where h > 0 and slope·h elsewhere, slope ≤ 1; and its gradients. Nodes are those of all units.
import { floats } from '../../../core/assembly/lanes';
import { splat } from '../../../core/assembly/simd-math';
import * as columns from '../../assembly/columns';
import { dotLines, sumLine } from '../../assembly/dot-lines';
import { sumLines } from '../../assembly/lines';

export function forward(
  h: usize, w: usize, bias: usize, z: usize, lanes: i32, nodes: i32, b: i32, slope: f32,
): void {
  const line = floats(lanes);
  for (let q = 0; q < nodes; q++, h += <usize>b * line, w += floats(b), bias += 4, z += line) {
    sumLines(true, b, h, line, w, 4, load<f32>(bias), slope, z, line);
  }
}

/** dz · w · φ′(h) of four rows; the weight is `below`, with `toAbove` flipped where h > 0. */
@inline
function inputGradients(h: v128, dz: v128, below: v128, toAbove: v128): v128 {
  return f32x4.mul(dz, v128.xor(below, v128.and(f32x4.gt(h, splat(0)), toAbove)));
}

/** dh = dz · w · φ′(h), dw = Σ over the rows of dz · φ(h), and db [nodes] of dz. */
export function gradients(
  h: usize, w: usize, dz: usize, dh: usize, dw: usize, db: usize, lanes: i32, nodes: i32, b: i32, slope: f32,
): void {
  const line = floats(lanes);
  for (let q = 0; q < nodes; q++, dz += line, dw += floats(b), db += 4) {
    dotLines(true, b, dz, h, line, line, slope, dw, true);
    store<f32>(db, sumLine(dz, line));
    for (let k = 0; k < b; k++, w += 4) {
      const below = splat(slope * load<f32>(w));
      const toAbove = v128.xor(v128.load32_splat(w), below);
      const end = h + line;
      let d = dz;
      for (; h + 64 <= end; h += 64, d += 64, dh += 64) {
        v128.store(dh, inputGradients(v128.load(h), v128.load(d), below, toAbove));
        v128.store(dh, inputGradients(v128.load(h, 16), v128.load(d, 16), below, toAbove), 16);
        v128.store(dh, inputGradients(v128.load(h, 32), v128.load(d, 32), below, toAbove), 32);
        v128.store(dh, inputGradients(v128.load(h, 48), v128.load(d, 48), below, toAbove), 48);
      }
      for (; h < end; h += 16, d += 16, dh += 16) {
        v128.store(dh, inputGradients(v128.load(h), v128.load(d), below, toAbove));
      }
    }
  }
}

export function toLines(x: usize, lines: usize, rows: i32, count: i32, lanes: i32, repeat: bool): void {
  columns.toLines(x, count, lines, lanes, rows, count, lanes, repeat);
}

export function toRows(lines: usize, x: usize, rows: i32, count: i32, lanes: i32): void {
  columns.toRows(lines, lanes, x, count, rows, count);
}
