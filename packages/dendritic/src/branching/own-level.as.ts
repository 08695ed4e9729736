// A level of trees whose nodes have inputs of their own: z [rows, nodes, units] = Σ_k φ(h [rows, nodes·b, units]) · w
// [units, nodes, b] + bias [units, nodes] with φ(h) = h where h > 0 and slope·h elsewhere, slope ≤ 1; and its gradients.
// Four units at a time. Whole vectors are quicker: what is too much of one, up to the end of a row, is written over next.
import { splat } from '../../../core/assembly/simd-math';
import { floats, loadLanes, madd, min, packColumns, storeColumns, storeLanes, vectors } from '../../assembly/panels';

@inline
function activate(h: v128, slope: v128): v128 {
  return f32x4.pmax(h, f32x4.mul(slope, h));
}

/** Bytes of scratch memory that the functions below need. */
export function scratchBytes(nodes: i32, b: i32, units: i32): i32 {
  return max(nodes * b + nodes, 4) * (vectors(units) << 4);
}

/** The transpose of [units, steps], four units after the other: [units / 4, steps, 4]. */
function packUnits(from: usize, units: i32, steps: i32, to: usize): void {
  for (let u = 0; u < units; u += 4) packColumns(from + floats(u * steps), steps, min(4, units - u), steps, 1, to + floats(u * steps));
}

export function forward(
  h: usize, w: usize, bias: usize, z: usize, rows: i32, nodes: i32, b: i32, units: i32, slope: f32, scratch: usize,
): void {
  const inputs = nodes * b;
  const s = splat(slope);
  const starts = scratch + floats(inputs * (vectors(units) << 2));
  packUnits(w, units, inputs, scratch);
  packUnits(bias, units, nodes, starts);
  for (let n = 0; n < rows; n += 2) {
    // Without a second row the first is computed twice.
    const second = n + 1 < rows ? floats(inputs * units) : 0;
    for (let j = 0; j < nodes; j++) {
      for (let u = 0; u < units; u += 4) {
        const left = (nodes - j) * units - u;
        let at = h + floats((n * inputs + j * b) * units + u);
        let panel = scratch + floats(u * inputs + (j * b << 2));
        let z0 = v128.load(starts + floats(u * nodes + (j << 2)));
        let z1 = z0;
        for (let k = 0; k < b; k++, at += floats(units), panel += 16) {
          const weight = v128.load(panel);
          z0 = madd(activate(loadLanes(at, left), s), weight, z0);
          z1 = madd(activate(loadLanes(at + second, left), s), weight, z1);
        }
        const to = z + floats((n * nodes + j) * units + u);
        storeLanes(to, left, z0);
        if (second) storeLanes(to + floats(nodes * units), left, z1);
      }
    }
  }
}

/** dh = dz · w · φ′(h). */
export function inputGradient(
  h: usize, w: usize, dz: usize, dh: usize, rows: i32, nodes: i32, b: i32, units: i32, slope: f32, scratch: usize,
): void {
  const inputs = nodes * b;
  const s = splat(slope);
  packUnits(w, units, inputs, scratch);
  for (let n = 0; n < rows; n++) {
    for (let j = 0; j < nodes; j++) {
      // The last units first, as what is too much of them the first ones write over.
      for (let u = (vectors(units) - 1) << 2; u >= 0; u -= 4) {
        const left = (nodes - j) * units - u;
        let at = floats((n * inputs + j * b) * units + u);
        let panel = scratch + floats(u * inputs + (j * b << 2));
        const d = loadLanes(dz + floats((n * nodes + j) * units + u), left);
        const sloped = f32x4.mul(d, s);
        for (let k = 0; k < b; k++, at += floats(units), panel += 16) {
          const positive = f32x4.gt(loadLanes(h + at, left), splat(0));
          storeLanes(dh + at, left, f32x4.mul(v128.load(panel), v128.bitselect(d, sloped, positive)));
        }
      }
    }
  }
}

/** Adds dz · φ(h) of two rows to the sums of one input. */
@inline
function accumulate(sums: usize, d0: v128, d1: v128, h: usize, second: usize, left: i32, slope: v128): void {
  const first = madd(d0, activate(loadLanes(h, left), slope), v128.load(sums));
  v128.store(sums, madd(d1, activate(loadLanes(h + second, left), slope), first));
}

/** dw = Σ_rows dz · φ(h). The sums of four inputs of all units are kept aside, so that memory is read in order. */
export function kernelGradient(
  h: usize, dz: usize, dw: usize, rows: i32, nodes: i32, b: i32, units: i32, slope: f32, scratch: usize,
): void {
  const inputs = nodes * b;
  const s = splat(slope);
  const line = floats(vectors(units) << 2);
  for (let j = 0; j < nodes; j++) {
    for (let k = 0; k < b; k += 4) {
      const i = j * b + k;
      const present = min(4, b - k);
      memory.fill(scratch, 0, 4 * line);
      for (let n = 0; n < rows; n += 2) {
        // Without a second row the first is read again, and counts for nothing.
        const both = n + 1 < rows;
        const second = both ? floats(inputs * units) : 0;
        let d = dz + floats((n * nodes + j) * units);
        let at = h + floats((n * inputs + i) * units);
        let sums = scratch;
        for (let u = 0; u < units; u += 4, d += 16, at += 16, sums += 16) {
          const left = (nodes - j) * units - u;
          const d0 = loadLanes(d, left);
          const d1 = both ? loadLanes(d + floats(nodes * units), left) : splat(0);
          accumulate(sums, d0, d1, at, second, left, s);
          if (present > 1) accumulate(sums + line, d0, d1, at + floats(units), second, left, s);
          if (present > 2) accumulate(sums + 2 * line, d0, d1, at + 2 * floats(units), second, left, s);
          if (present > 3) accumulate(sums + 3 * line, d0, d1, at + 3 * floats(units), second, left, s);
        }
      }
      storeColumns(scratch, present, units, dw + floats(i), inputs);
    }
  }
}
