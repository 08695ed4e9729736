// Dendritic segments: dot products with contexts, the strongest of each unit, and the gradient back to it. Rows of
// contexts that repeat the row before, as those of one task do, are a run and are computed once.
import { splat } from '../../../core/assembly/simd-math';

@inline
function sum(lanes: v128): f32 {
  return (
    f32x4.extract_lane(lanes, 0) + f32x4.extract_lane(lanes, 1) +
    (f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3))
  );
}

@inline
function dot(u: usize, c: usize, width: i32): f32 {
  let a0 = splat(0);
  let a1 = splat(0);
  let a2 = splat(0);
  let a3 = splat(0);
  let k = 0;
  for (; k + 16 <= width; k += 16, u += 64, c += 64) {
    a0 = f32x4.add(a0, f32x4.mul(v128.load(u), v128.load(c)));
    a1 = f32x4.add(a1, f32x4.mul(v128.load(u, 16), v128.load(c, 16)));
    a2 = f32x4.add(a2, f32x4.mul(v128.load(u, 32), v128.load(c, 32)));
    a3 = f32x4.add(a3, f32x4.mul(v128.load(u, 48), v128.load(c, 48)));
  }
  for (; k + 4 <= width; k += 4, u += 16, c += 16) {
    a0 = f32x4.add(a0, f32x4.mul(v128.load(u), v128.load(c)));
  }
  let rest: f32 = 0;
  for (; k < width; k++, u += 4, c += 4) rest += load<f32>(u) * load<f32>(c);
  return sum(f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3))) + rest;
}

@inline
function equalRows(a: usize, b: usize, width: i32): bool {
  for (let k = 0; k < width; k++) {
    if (load<f32>(a + (k << 2)) != load<f32>(b + (k << 2))) return false;
  }
  return true;
}

/** Writes the first row of each run of equal rows, and `rows` after the last; gives up, with 0, beyond `most` runs. */
export function findRuns(c: usize, rows: i32, width: i32, starts: usize, most: i32): i32 {
  let runs = 0;
  for (let row = 0; row < rows; row++) {
    const at = c + ((row * width) << 2);
    if (row > 0 && equalRows(at, at - (width << 2), width)) continue;
    if (runs == most) return 0;
    store<i32>(starts + (runs << 2), row);
    runs++;
  }
  store<i32>(starts + (runs << 2), rows);
  return runs;
}

/** The winners' activations and indices, [rows][units]. */
export function activations(
  c: usize, u: usize, a: usize, winners: usize, starts: usize, runs: i32, units: i32, segments: i32, width: i32,
  magnitude: bool,
): void {
  const bytes = width << 2;
  for (let unit = 0; unit < units; unit++) {
    for (let run = 0; run < runs; run++) {
      const row = load<i32>(starts + (run << 2));
      const context = c + row * bytes;
      let best: f32 = 0;
      let strongest: f32 = 0;
      let winner = 0;
      for (let s = 0; s < segments; s++) {
        const d = dot(u + (unit * segments + s) * bytes, context, width);
        const score = magnitude ? abs<f32>(d) : d;
        if (s > 0 && !(score > strongest)) continue;
        strongest = score;
        best = d;
        winner = s;
      }
      const at = (row * units + unit) << 2;
      store<f32>(a + at, best);
      store<i32>(winners + at, winner);
    }
  }
  const rowBytes = units << 2;
  for (let run = 0; run < runs; run++) {
    const first = load<i32>(starts + (run << 2));
    for (let row = first + 1; row < load<i32>(starts + ((run + 1) << 2)); row++) {
      memory.copy(a + row * rowBytes, a + first * rowBytes, rowBytes);
      memory.copy(winners + row * rowBytes, winners + first * rowBytes, rowBytes);
    }
  }
}

/** Adds up the rows of dy in each run, into [runs][units]. */
@inline
function sumRuns(dy: usize, sums: usize, starts: usize, runs: i32, units: i32): void {
  memory.fill(sums, 0, (runs * units) << 2);
  for (let run = 0; run < runs; run++, sums += units << 2) {
    for (let row = load<i32>(starts + (run << 2)); row < load<i32>(starts + ((run + 1) << 2)); row++) {
      const from = dy + ((row * units) << 2);
      let i = 0;
      for (; i + 4 <= units; i += 4) {
        const at = i << 2;
        v128.store(sums + at, f32x4.add(v128.load(sums + at), v128.load(from + at)));
      }
      for (; i < units; i++) store<f32>(sums + (i << 2), load<f32>(sums + (i << 2)) + load<f32>(from + (i << 2)));
    }
  }
}

@inline
function addScaled(to: usize, c: usize, scale: f32, width: i32): void {
  const factor = splat(scale);
  let k = 0;
  for (; k + 4 <= width; k += 4, to += 16, c += 16) {
    v128.store(to, f32x4.add(v128.load(to), f32x4.mul(v128.load(c), factor)));
  }
  for (; k < width; k++, to += 4, c += 4) store<f32>(to, load<f32>(to) + load<f32>(c) * scale);
}

/** The gradient [units][segments][width] of the segments: dy·c at winners, 0 elsewhere. `sums` is scratch. */
export function segmentsGrad(
  dy: usize, winners: usize, c: usize, du: usize, starts: usize, sums: usize, runs: i32, units: i32, segments: i32,
  width: i32,
): void {
  sumRuns(dy, sums, starts, runs, units);
  const bytes = width << 2;
  for (let unit = 0; unit < units; unit++) {
    const block = du + unit * segments * bytes;
    memory.fill(block, 0, segments * bytes);
    for (let run = 0; run < runs; run++) {
      const row = load<i32>(starts + (run << 2));
      const winner = load<i32>(winners + ((row * units + unit) << 2));
      addScaled(block + winner * bytes, c + row * bytes, load<f32>(sums + ((run * units + unit) << 2)), width);
    }
  }
}
