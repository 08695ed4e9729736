// Products with a bias and a ReLU for every connection: z [m, n] = Σ_k w[k, n] · φ(x[m, k] + b[k, n]), and its gradients.
// Blocks of all operands are packed into panels that the tiles read in order; nothing of size m·k·n exists.
//
// φ is a ReLU, or with `leaky` the larger of z and slope·z. `leaky` is a constant in each tile, so that the ReLU is not
// slowed down.
import { floats, roundUp } from '../../core/assembly/lanes';
import { copyEdge, pack, storePair } from '../../core/assembly/panels';
import { loadTail, madd, splat, storeTail } from '../../core/assembly/simd-math';

const ROWS: i32 = 4;
const COLUMNS: i32 = 8;
const BLOCK_DEPTH: i32 = 256;
const TILE: i32 = 4;

/** Lines one float apart, into panels of 8. */
function packWide(from: usize, depthStride: i32, lines: i32, depth: i32, out: usize): void {
  pack(from, 1, depthStride, lines, depth, out, COLUMNS);
}

function packNarrow(from: usize, lineStride: i32, depthStride: i32, lines: i32, depth: i32, out: usize): void {
  pack(from, lineStride, depthStride, lines, depth, out, TILE);
}

@inline
function step(c: v128, x: v128, w: v128, b: v128, leaky: bool, slope: v128): v128 {
  const z = f32x4.add(x, b);
  return madd(w, f32x4.pmax(z, leaky ? f32x4.mul(slope, z) : splat(0)), c);
}

/** A tile of 4 × 8 outputs, set or added to; `stride` is the distance of its rows in floats. */
@inline
function sumTile(
  x: usize, w: usize, b: usize, depth: i32, c: usize, stride: i32, overwrite: bool, leaky: bool, slope: v128,
): void {
  let c00 = splat(0), c01 = splat(0);
  let c10 = splat(0), c11 = splat(0);
  let c20 = splat(0), c21 = splat(0);
  let c30 = splat(0), c31 = splat(0);
  for (; depth > 0; depth--) {
    const w0 = v128.load(w), w1 = v128.load(w, 16);
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let v = v128.load32_splat(x);
    c00 = step(c00, v, w0, b0, leaky, slope);
    c01 = step(c01, v, w1, b1, leaky, slope);
    v = v128.load32_splat(x, 4);
    c10 = step(c10, v, w0, b0, leaky, slope);
    c11 = step(c11, v, w1, b1, leaky, slope);
    v = v128.load32_splat(x, 8);
    c20 = step(c20, v, w0, b0, leaky, slope);
    c21 = step(c21, v, w1, b1, leaky, slope);
    v = v128.load32_splat(x, 12);
    c30 = step(c30, v, w0, b0, leaky, slope);
    c31 = step(c31, v, w1, b1, leaky, slope);
    x += 16;
    w += 32;
    b += 32;
  }
  const row = floats(stride);
  storePair(c, c00, c01, overwrite);
  storePair(c + row, c10, c11, overwrite);
  storePair(c + 2 * row, c20, c21, overwrite);
  storePair(c + 3 * row, c30, c31, overwrite);
}

function reluTile(x: usize, w: usize, b: usize, depth: i32, c: usize, stride: i32, overwrite: bool): void {
  sumTile(x, w, b, depth, c, stride, overwrite, false, splat(0));
}

function leakyTile(x: usize, w: usize, b: usize, depth: i32, c: usize, stride: i32, overwrite: bool, slope: f32): void {
  sumTile(x, w, b, depth, c, stride, overwrite, true, splat(slope));
}

@inline
function tile(
  x: usize, w: usize, b: usize, depth: i32, c: usize, stride: i32, overwrite: bool, leaky: bool, slope: f32,
): void {
  if (leaky) leakyTile(x, w, b, depth, c, stride, overwrite, slope);
  else reluTile(x, w, b, depth, c, stride, overwrite);
}

/** One row of outputs straight from the weights, which a single row would not repay packing. */
@inline
function singleRow(x: usize, w: usize, b: usize, z: usize, n: i32, k: i32, leaky: bool, slope: v128): void {
  memory.fill(z, 0, floats(n));
  for (let p = 0; p < k; p++, w += floats(n), b += floats(n)) {
    const v = v128.load32_splat(x + floats(p));
    let j = 0;
    for (; j + 4 <= n; j += 4) {
      const at = floats(j);
      v128.store(z + at, step(v128.load(z + at), v, v128.load(w + at), v128.load(b + at), leaky, slope));
    }
    if (j < n) {
      const at = floats(j);
      const sum = step(loadTail(z + at, n - j), v, loadTail(w + at, n - j), loadTail(b + at, n - j), leaky, slope);
      storeTail(z + at, sum, n - j);
    }
  }
}

/** Bytes of scratch memory that each of the products below needs for these sizes. */
export function scratchBytes(m: i32, n: i32, k: i32): i32 {
  const forward = (2 * roundUp(n, COLUMNS) + roundUp(m, ROWS)) * min(k, BLOCK_DEPTH);
  const dx = (2 * roundUp(k, TILE) + roundUp(m, ROWS)) * min(n, BLOCK_DEPTH);
  const dw = (roundUp(k, TILE) + roundUp(n, TILE)) * min(m, BLOCK_DEPTH);
  return (max(forward, max(dx, dw)) + 3 * ROWS * COLUMNS) << 2;
}

/** z [m, n] of x [m, k], w and b [k, n]. */
export function product(
  x: usize, w: usize, b: usize, z: usize, m: i32, n: i32, k: i32, scratch: usize, leaky: bool, slope: f32,
): void {
  if (k == 0) memory.fill(z, 0, floats(m * n));
  // Below a tile's height, rows one by one cost less than a tile with rows of zeros.
  const tiled = m < ROWS ? 0 : m;
  const packedW = scratch;
  const packedB = packedW + floats(roundUp(n, COLUMNS) * min(k, BLOCK_DEPTH));
  const packedX = packedB + floats(roundUp(n, COLUMNS) * min(k, BLOCK_DEPTH));
  const aside = packedX + floats(roundUp(tiled, ROWS) * min(k, BLOCK_DEPTH));
  for (let i = tiled; i < m; i++) {
    if (leaky) singleRow(x + floats(i * k), w, b, z + floats(i * n), n, k, true, splat(slope));
    else singleRow(x + floats(i * k), w, b, z + floats(i * n), n, k, false, splat(0));
  }
  if (tiled == 0) return;
  for (let p = 0; p < k; p += BLOCK_DEPTH) {
    const depth = min(BLOCK_DEPTH, k - p);
    const overwrite = p == 0;
    packWide(w + floats(p * n), n, n, depth, packedW);
    packWide(b + floats(p * n), n, n, depth, packedB);
    packNarrow(x + floats(p), k, 1, m, depth, packedX);
    for (let j = 0; j < n; j += COLUMNS) {
      const columns = min(COLUMNS, n - j);
      const panelW = packedW + floats(j * depth), panelB = packedB + floats(j * depth);
      for (let i = 0; i < m; i += ROWS) {
        const rows = min(ROWS, m - i);
        const panelX = packedX + floats(i * depth);
        const to = z + floats(i * n + j);
        if (rows == ROWS && columns == COLUMNS) {
          tile(panelX, panelW, panelB, depth, to, n, overwrite, leaky, slope);
        } else {
          tile(panelX, panelW, panelB, depth, aside, COLUMNS, true, leaky, slope);
          copyEdge(aside, COLUMNS, to, n, rows, columns, overwrite);
        }
      }
    }
  }
}

/** `value` times the slope of φ, where x is above the threshold −b or not. */
@inline
function sloped(value: v128, x: v128, threshold: v128, leaky: bool, slope: v128): v128 {
  const open = f32x4.gt(x, threshold);
  return leaky ? v128.bitselect(value, f32x4.mul(slope, value), open) : v128.and(value, open);
}

@inline
function addTo(c: usize, value: v128, overwrite: bool): void {
  v128.store(c, overwrite ? value : f32x4.add(value, v128.load(c)));
}

/** A tile of 4 × 4 of dx: its inputs x stay in registers while the sum runs over the outputs. */
@inline
function sumInputTile(
  g: usize, w: usize, b: usize, depth: i32, x: usize, c: usize, stride: i32, overwrite: bool, leaky: bool, slope: v128,
): void {
  const row = floats(stride);
  const x0 = v128.load(x), x1 = v128.load(x + row), x2 = v128.load(x + 2 * row), x3 = v128.load(x + 3 * row);
  let c0 = splat(0), c1 = splat(0), c2 = splat(0), c3 = splat(0);
  for (; depth > 0; depth--) {
    const v = v128.load(w);
    const threshold = f32x4.neg(v128.load(b));
    c0 = madd(v128.load32_splat(g), sloped(v, x0, threshold, leaky, slope), c0);
    c1 = madd(v128.load32_splat(g, 4), sloped(v, x1, threshold, leaky, slope), c1);
    c2 = madd(v128.load32_splat(g, 8), sloped(v, x2, threshold, leaky, slope), c2);
    c3 = madd(v128.load32_splat(g, 12), sloped(v, x3, threshold, leaky, slope), c3);
    g += 16;
    w += 16;
    b += 16;
  }
  addTo(c, c0, overwrite);
  addTo(c + row, c1, overwrite);
  addTo(c + 2 * row, c2, overwrite);
  addTo(c + 3 * row, c3, overwrite);
}

function reluInputTile(g: usize, w: usize, b: usize, depth: i32, x: usize, c: usize, stride: i32, overwrite: bool): void {
  sumInputTile(g, w, b, depth, x, c, stride, overwrite, false, splat(0));
}

function leakyInputTile(
  g: usize, w: usize, b: usize, depth: i32, x: usize, c: usize, stride: i32, overwrite: bool, slope: f32,
): void {
  sumInputTile(g, w, b, depth, x, c, stride, overwrite, true, splat(slope));
}

@inline
function inputTile(
  g: usize, w: usize, b: usize, depth: i32, x: usize, c: usize, stride: i32, overwrite: bool, leaky: bool, slope: f32,
): void {
  if (leaky) leakyInputTile(g, w, b, depth, x, c, stride, overwrite, slope);
  else reluInputTile(g, w, b, depth, x, c, stride, overwrite);
}

/** dx [m, k] = Σ_n dz[m, n] · w[k, n] · φ′(x[m, k] + b[k, n]). */
export function inputGradient(
  dz: usize, x: usize, w: usize, b: usize, dx: usize, m: i32, n: i32, k: i32, scratch: usize,
  leaky: bool, slope: f32,
): void {
  if (n == 0) memory.fill(dx, 0, floats(m * k));
  const packedW = scratch;
  const packedB = packedW + floats(roundUp(k, TILE) * min(n, BLOCK_DEPTH));
  const packedG = packedB + floats(roundUp(k, TILE) * min(n, BLOCK_DEPTH));
  const asideX = packedG + floats(roundUp(m, TILE) * min(n, BLOCK_DEPTH));
  const aside = asideX + floats(TILE * TILE);
  for (let p = 0; p < n; p += BLOCK_DEPTH) {
    const depth = min(BLOCK_DEPTH, n - p);
    const overwrite = p == 0;
    packNarrow(w + floats(p), n, 1, k, depth, packedW);
    packNarrow(b + floats(p), n, 1, k, depth, packedB);
    packNarrow(dz + floats(p), n, 1, m, depth, packedG);
    for (let j = 0; j < k; j += TILE) {
      const columns = min(TILE, k - j);
      const panelW = packedW + floats(j * depth), panelB = packedB + floats(j * depth);
      for (let i = 0; i < m; i += TILE) {
        const rows = min(TILE, m - i);
        const panelG = packedG + floats(i * depth);
        const at = floats(i * k + j);
        if (rows == TILE && columns == TILE) {
          inputTile(panelG, panelW, panelB, depth, x + at, dx + at, k, overwrite, leaky, slope);
        } else {
          copyEdge(x + at, k, asideX, TILE, rows, columns, true);
          inputTile(panelG, panelW, panelB, depth, asideX, aside, TILE, true, leaky, slope);
          copyEdge(aside, TILE, dx + at, k, rows, columns, overwrite);
        }
      }
    }
  }
}

/** A tile of 4 inputs × 4 outputs of Σ dz·φ′·x and Σ dz·φ′ over the rows. */
@inline
function sumWeightTile(
  x: usize, g: usize, depth: i32, b: usize, dw: usize, db: usize, stride: i32, overwrite: bool, leaky: bool, slope: v128,
): void {
  const row = floats(stride);
  const t0 = f32x4.neg(v128.load(b)), t1 = f32x4.neg(v128.load(b + row));
  const t2 = f32x4.neg(v128.load(b + 2 * row)), t3 = f32x4.neg(v128.load(b + 3 * row));
  let w0 = splat(0), w1 = splat(0), w2 = splat(0), w3 = splat(0);
  let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
  for (; depth > 0; depth--) {
    const dz = v128.load(g);
    let v = v128.load32_splat(x);
    let open = sloped(dz, v, t0, leaky, slope);
    s0 = f32x4.add(s0, open);
    w0 = madd(open, v, w0);
    v = v128.load32_splat(x, 4);
    open = sloped(dz, v, t1, leaky, slope);
    s1 = f32x4.add(s1, open);
    w1 = madd(open, v, w1);
    v = v128.load32_splat(x, 8);
    open = sloped(dz, v, t2, leaky, slope);
    s2 = f32x4.add(s2, open);
    w2 = madd(open, v, w2);
    v = v128.load32_splat(x, 12);
    open = sloped(dz, v, t3, leaky, slope);
    s3 = f32x4.add(s3, open);
    w3 = madd(open, v, w3);
    x += 16;
    g += 16;
  }
  addTo(dw, w0, overwrite);
  addTo(dw + row, w1, overwrite);
  addTo(dw + 2 * row, w2, overwrite);
  addTo(dw + 3 * row, w3, overwrite);
  addTo(db, s0, overwrite);
  addTo(db + row, s1, overwrite);
  addTo(db + 2 * row, s2, overwrite);
  addTo(db + 3 * row, s3, overwrite);
}

function reluWeightTile(
  x: usize, g: usize, depth: i32, b: usize, dw: usize, db: usize, stride: i32, overwrite: bool,
): void {
  sumWeightTile(x, g, depth, b, dw, db, stride, overwrite, false, splat(0));
}

function leakyWeightTile(
  x: usize, g: usize, depth: i32, b: usize, dw: usize, db: usize, stride: i32, overwrite: bool, slope: f32,
): void {
  sumWeightTile(x, g, depth, b, dw, db, stride, overwrite, true, splat(slope));
}

@inline
function weightTile(
  x: usize, g: usize, depth: i32, b: usize, dw: usize, db: usize, stride: i32, overwrite: bool, leaky: bool, slope: f32,
): void {
  if (leaky) leakyWeightTile(x, g, depth, b, dw, db, stride, overwrite, slope);
  else reluWeightTile(x, g, depth, b, dw, db, stride, overwrite);
}

/** dw [k, n] = Σ dz·φ′·x and db [k, n] = Σ dz·φ′ over the rows of x [m, k]. */
export function weightSums(
  dz: usize, x: usize, b: usize, dw: usize, db: usize, m: i32, n: i32, k: i32, scratch: usize,
  leaky: bool, slope: f32,
): void {
  if (m == 0) {
    memory.fill(dw, 0, floats(k * n));
    memory.fill(db, 0, floats(k * n));
  }
  const packedX = scratch;
  const packedG = packedX + floats(roundUp(k, TILE) * min(m, BLOCK_DEPTH));
  const asideB = packedG + floats(roundUp(n, TILE) * min(m, BLOCK_DEPTH));
  const asideW = asideB + floats(TILE * TILE), asideS = asideW + floats(TILE * TILE);
  for (let p = 0; p < m; p += BLOCK_DEPTH) {
    const depth = min(BLOCK_DEPTH, m - p);
    const overwrite = p == 0;
    packNarrow(x + floats(p * k), 1, k, k, depth, packedX);
    packNarrow(dz + floats(p * n), 1, n, n, depth, packedG);
    for (let i = 0; i < k; i += TILE) {
      const rows = min(TILE, k - i);
      const panelX = packedX + floats(i * depth);
      for (let j = 0; j < n; j += TILE) {
        const columns = min(TILE, n - j);
        const panelG = packedG + floats(j * depth);
        const at = floats(i * n + j);
        if (rows == TILE && columns == TILE) {
          weightTile(panelX, panelG, depth, b + at, dw + at, db + at, n, overwrite, leaky, slope);
        } else {
          copyEdge(b + at, n, asideB, TILE, rows, columns, true);
          weightTile(panelX, panelG, depth, asideB, asideW, asideS, TILE, true, leaky, slope);
          copyEdge(asideW, TILE, dw + at, n, rows, columns, overwrite);
          copyEdge(asideS, TILE, db + at, n, rows, columns, overwrite);
        }
      }
    }
  }
}

/** Turns the sums of `weightSums` into gradients: φ(z) = φ′(z)·z, so dw = Σ dz·φ′·x + b·Σ dz·φ′, and db = w·Σ dz·φ′. */
export function finishWeights(w: usize, b: usize, dw: usize, db: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = floats(i);
    const sum = v128.load(db + at);
    v128.store(dw + at, f32x4.add(v128.load(dw + at), f32x4.mul(v128.load(b + at), sum)));
    v128.store(db + at, f32x4.mul(v128.load(w + at), sum));
  }
  for (; i < count; i++) {
    const at = floats(i);
    const sum = load<f32>(db + at);
    store<f32>(dw + at, load<f32>(dw + at) + load<f32>(b + at) * sum);
    store<f32>(db + at, load<f32>(w + at) * sum);
  }
}
