// Between a matrix [rows, columns] and its lines [columns, lanes]: four by four numbers at a time. Strides are in floats.
import { floats } from './lines';

/** Lines that the first cache holds, even where their distance is a power of two. */
const BLOCK: i32 = 64;

@inline
function transposeFour(from: usize, stride: usize, to: usize, toStride: usize): void {
  const x0 = v128.load(from), x1 = v128.load(from + stride);
  const x2 = v128.load(from + 2 * stride), x3 = v128.load(from + 3 * stride);
  const low01 = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5), high01 = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7);
  const low23 = v128.shuffle<i32>(x2, x3, 0, 4, 1, 5), high23 = v128.shuffle<i32>(x2, x3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(low01, low23, 0, 2));
  v128.store(to + toStride, v128.shuffle<i64>(low01, low23, 1, 3));
  v128.store(to + 2 * toStride, v128.shuffle<i64>(high01, high23, 0, 2));
  v128.store(to + 3 * toStride, v128.shuffle<i64>(high01, high23, 1, 3));
}

/** to[c, r] = from[r, c] for up to four rows and columns, of which `rows` and `columns` exist. */
@inline
function tile(from: usize, stride: usize, to: usize, toStride: usize, rows: i32, columns: i32): void {
  if (rows >= 4 && columns >= 4) {
    transposeFour(from, stride, to, toStride);
    return;
  }
  for (let r = 0; r < min(4, rows); r++) {
    for (let c = 0; c < min(4, columns); c++) {
      store<f32>(to + <usize>c * toStride + floats(r), load<f32>(from + <usize>r * stride + floats(c)));
    }
  }
}

/** Lines [columns, lanes] of x [rows, columns], and after its rows the last one again, or zeros. */
export function toLines(
  x: usize, xStride: i32, lines: usize, lineStride: i32, rows: i32, columns: i32, lanes: i32, repeat: bool,
): void {
  const row = floats(xStride), line = floats(lineStride);
  for (let start = 0; start < columns; start += BLOCK) {
    const end = min(start + BLOCK, columns);
    for (let r = 0; r < rows; r += 4) {
      for (let c = start; c < end; c += 4) {
        tile(x + <usize>r * row + floats(c), row, lines + <usize>c * line + floats(r), line, rows - r, end - c);
      }
    }
  }
  if (rows == lanes) return;
  for (let c = 0; c < columns; c++, lines += line) {
    const value: f32 = repeat ? load<f32>(lines + floats(rows - 1)) : 0;
    for (let n = rows; n < lanes; n++) store<f32>(lines + floats(n), value);
  }
}

/** x [rows, columns] of the first rows of lines [columns, lanes]. */
export function toRows(lines: usize, lineStride: i32, x: usize, xStride: i32, rows: i32, columns: i32): void {
  const row = floats(xStride), line = floats(lineStride);
  for (let start = 0; start < columns; start += BLOCK) {
    const end = min(start + BLOCK, columns);
    for (let r = 0; r < rows; r += 4) {
      for (let c = start; c < end; c += 4) {
        tile(lines + <usize>c * line + floats(r), line, x + <usize>r * row + floats(c), row, end - c, rows - r);
      }
    }
  }
}
