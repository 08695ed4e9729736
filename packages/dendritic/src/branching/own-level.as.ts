// A level of trees whose nodes have inputs of their own: z [rows, nodes, units] = Σ_k φ(h [rows, nodes·b, units]) · w
// [units, nodes, b] + bias [units, nodes] with φ(h) = h where h > 0 and slope·h elsewhere, slope ≤ 1; and its gradients.
// Four units at a time.
import { splat } from '../../../core/assembly/simd-math';
import { floats, loadLanes, madd, min, packColumns, storeLanes, storeTransposed } from '../../assembly/panels';

@inline
function activate(h: v128, slope: v128): v128 {
  return f32x4.pmax(h, f32x4.mul(slope, h));
}

/** Bytes of scratch memory that the functions below need. */
export function scratchBytes(nodes: i32, b: i32): i32 {
  return 16 * (nodes * b + nodes);
}

export function forward(
  h: usize, w: usize, bias: usize, z: usize, rows: i32, nodes: i32, b: i32, units: i32, slope: f32, scratch: usize,
): void {
  const inputs = nodes * b;
  const s = splat(slope);
  const starts = scratch + floats(inputs << 2);
  for (let u = 0; u < units; u += 4) {
    const left = min(4, units - u);
    packColumns(w + floats(u * inputs), inputs, left, inputs, 1, scratch);
    packColumns(bias + floats(u * nodes), nodes, left, nodes, 1, starts);
    for (let n = 0; n < rows; n += 2) {
      // Without a second row the first is computed twice.
      const second = n + 1 < rows ? floats(inputs * units) : 0;
      let at = h + floats(n * inputs * units + u);
      let to = z + floats(n * nodes * units + u);
      let panel = scratch;
      for (let j = 0; j < nodes; j++, to += floats(units)) {
        let z0 = v128.load(starts + floats(j << 2));
        let z1 = z0;
        for (let k = 0; k < b; k++, at += floats(units), panel += 16) {
          const weight = v128.load(panel);
          z0 = madd(activate(loadLanes(at, left), s), weight, z0);
          z1 = madd(activate(loadLanes(at + second, left), s), weight, z1);
        }
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
  for (let u = 0; u < units; u += 4) {
    const left = min(4, units - u);
    packColumns(w + floats(u * inputs), inputs, left, inputs, 1, scratch);
    for (let n = 0; n < rows; n++) {
      let at = floats(n * inputs * units + u);
      let from = dz + floats(n * nodes * units + u);
      let panel = scratch;
      for (let j = 0; j < nodes; j++, from += floats(units)) {
        const d = loadLanes(from, left);
        const sloped = f32x4.mul(d, s);
        for (let k = 0; k < b; k++, at += floats(units), panel += 16) {
          const positive = f32x4.gt(loadLanes(h + at, left), splat(0));
          storeLanes(dh + at, left, f32x4.mul(v128.load(panel), v128.bitselect(d, sloped, positive)));
        }
      }
    }
  }
}

/** dw = Σ_rows dz · φ(h). */
export function kernelGradient(
  h: usize, dz: usize, dw: usize, rows: i32, nodes: i32, b: i32, units: i32, slope: f32,
): void {
  const inputs = nodes * b;
  const s = splat(slope);
  const hRow = floats(inputs * units);
  const dzRow = floats(nodes * units);
  for (let u = 0; u < units; u += 4) {
    const left = min(4, units - u);
    for (let j = 0; j < nodes; j++) {
      for (let k = 0; k < b; k += 4) {
        const i = j * b + k;
        const present = min(4, b - k);
        let d = dz + floats(j * units + u);
        let a0 = h + floats(i * units + u);
        // Inputs that do not exist repeat the last one.
        const second = floats(min(1, present - 1) * units);
        const third = floats(min(2, present - 1) * units);
        const fourth = floats(min(3, present - 1) * units);
        let w0 = splat(0), w1 = splat(0), w2 = splat(0), w3 = splat(0);
        for (let n = 0; n < rows; n++, d += dzRow, a0 += hRow) {
          const delta = loadLanes(d, left);
          w0 = madd(delta, activate(loadLanes(a0, left), s), w0);
          w1 = madd(delta, activate(loadLanes(a0 + second, left), s), w1);
          w2 = madd(delta, activate(loadLanes(a0 + third, left), s), w2);
          w3 = madd(delta, activate(loadLanes(a0 + fourth, left), s), w3);
        }
        storeTransposed(dw + floats(u * inputs + i), floats(inputs), left, present, w0, w1, w2, w3);
      }
    }
  }
}
