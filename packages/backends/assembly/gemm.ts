// C = A·B in float32, where A [m, k] and B [k, n] are given by the strides of their rows and columns, so that a
// transposed operand costs nothing extra. Blocks of both are packed into panels that the micro-kernel reads in order.
import { floats, roundUp } from '../../core/assembly/lanes';
import { copyEdge, pack, storePair } from '../../core/assembly/panels';
import { madd, splat } from '../../core/assembly/simd-math';

// The micro-kernel computes 6 rows of two vectors: 12 accumulators, 2 vectors of B and 1 of A fill 16 registers.
const ROWS: i32 = 6;
const COLUMNS: i32 = 8;
// A panel of A (6 × 256) stays in the first-level cache while the panels of a block of B (256 × 256) stream past it from
// the second, for each panel of a block of A (192 × 256). C is then written in the order of its rows.
const BLOCK_ROWS: i32 = 192;
const BLOCK_DEPTH: i32 = 256;
const BLOCK_COLUMNS: i32 = 256;

/** A tile of 6 × 8: C = panel of A · panel of B, or C += it. `stride` is the distance of C's rows in floats. */
function tile(a: usize, b: usize, depth: i32, c: usize, stride: i32, overwrite: bool): void {
  let c00 = splat(0), c01 = splat(0);
  let c10 = splat(0), c11 = splat(0);
  let c20 = splat(0), c21 = splat(0);
  let c30 = splat(0), c31 = splat(0);
  let c40 = splat(0), c41 = splat(0);
  let c50 = splat(0), c51 = splat(0);
  for (; depth > 0; depth--) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    x = v128.load32_splat(a, 16);
    c40 = madd(x, b0, c40);
    c41 = madd(x, b1, c41);
    x = v128.load32_splat(a, 20);
    c50 = madd(x, b0, c50);
    c51 = madd(x, b1, c51);
    a += 24;
    b += 32;
  }
  const row = floats(stride);
  storePair(c, c00, c01, overwrite);
  storePair(c + row, c10, c11, overwrite);
  storePair(c + 2 * row, c20, c21, overwrite);
  storePair(c + 3 * row, c30, c31, overwrite);
  storePair(c + 4 * row, c40, c41, overwrite);
  storePair(c + 5 * row, c50, c51, overwrite);
}

/** A tile at the edge of C, of which only `rows` × `columns` exist: computed aside, then copied. */
function edgeTile(a: usize, b: usize, depth: i32, c: usize, stride: i32, overwrite: bool, aside: usize, rows: i32, columns: i32): void {
  tile(a, b, depth, aside, COLUMNS, true);
  copyEdge(aside, COLUMNS, c, stride, rows, columns, overwrite);
}

function packRows(from: usize, rowStride: i32, columnStride: i32, rows: i32, depth: i32, out: usize): void {
  pack(from, rowStride, columnStride, rows, depth, out, ROWS);
}

function packColumns(from: usize, rowStride: i32, columnStride: i32, columns: i32, depth: i32, out: usize): void {
  pack(from, columnStride, rowStride, columns, depth, out, COLUMNS);
}

/** Bytes of scratch memory that `gemm` needs for these sizes. */
export function gemmScratch(m: i32, n: i32, k: i32): i32 {
  const depth = min(k, BLOCK_DEPTH);
  const packed = roundUp(n, COLUMNS) + roundUp(min(m, BLOCK_ROWS), ROWS);
  return (packed * depth + ROWS * COLUMNS) << 2;
}

/** C [m, n] = A·B; strides in floats; k may be 0, if the rows of C follow each other (cRow = n). */
export function gemm(
  a: usize, aRow: i32, aColumn: i32,
  b: usize, bRow: i32, bColumn: i32,
  c: usize, m: i32, n: i32, k: i32, cRow: i32, scratch: usize,
): void {
  if (k == 0) memory.fill(c, 0, floats(m * n));
  const packedB = scratch;
  const packedA = packedB + floats(roundUp(n, COLUMNS) * min(k, BLOCK_DEPTH));
  const aside = packedA + floats(roundUp(min(m, BLOCK_ROWS), ROWS) * min(k, BLOCK_DEPTH));
  for (let p = 0; p < k; p += BLOCK_DEPTH) {
    const depth = min(BLOCK_DEPTH, k - p);
    const overwrite = p == 0;
    packColumns(b + floats(p * bRow), bRow, bColumn, n, depth, packedB);
    for (let i = 0; i < m; i += BLOCK_ROWS) {
      const blockRows = min(BLOCK_ROWS, m - i);
      packRows(a + floats(i * aRow + p * aColumn), aRow, aColumn, blockRows, depth, packedA);
      for (let q = 0; q < n; q += BLOCK_COLUMNS) {
        const end = min(n, q + BLOCK_COLUMNS);
        for (let r = 0; r < blockRows; r += ROWS) {
          const rows = min(ROWS, blockRows - r);
          const panelA = packedA + floats(r * depth);
          for (let j = q; j < end; j += COLUMNS) {
            const columns = min(COLUMNS, n - j);
            const panelB = packedB + floats(j * depth);
            const to = c + floats((i + r) * cRow + j);
            if (rows == ROWS && columns == COLUMNS) tile(panelA, panelB, depth, to, cRow, overwrite);
            else edgeTile(panelA, panelB, depth, to, cRow, overwrite, aside, rows, columns);
          }
        }
      }
    }
  }
}
