// Between a matrix [rows, columns] and its lines [columns, lanes]: four by four numbers at a time. Strides are in floats.
import { floats, storeTransposed } from '../../core/assembly/lanes';

/** Lines that the first cache holds, even where their distance is a power of two. */
const BLOCK: i32 = 64;

/** Four rows from these addresses on become columns. */
@inline
function transposeFour(a: usize, b: usize, c: usize, d: usize, to: usize, toStride: usize): void {
  const x0 = v128.load(a), x1 = v128.load(b), x2 = v128.load(c), x3 = v128.load(d);
  storeTransposed(to, toStride, x0, x1, x2, x3);
}

/** Four numbers from these addresses. */
@inline
function four(a: usize, b: usize, c: usize, d: usize): v128 {
  return v128.load32_lane(d, v128.load32_lane(c, v128.load32_lane(b, v128.load32_zero(a), 1), 2), 3);
}

/** Lines [columns, lanes] of x [rows, columns], and after its rows the last one again, or zeros. */
export function toLines(
  x: usize, xStride: i32, lines: usize, lineStride: i32, rows: i32, columns: i32, lanes: i32, repeat: bool,
): void {
  const row = floats(xStride), line = floats(lineStride);
  const last = x + <usize>(rows - 1) * row;
  for (let start = 0; start < columns; start += BLOCK) {
    const end = min(start + BLOCK, columns);
    for (let r = 0; r < rows; r += 4) {
      let a = x + <usize>r * row + floats(start);
      const ahead = last + floats(start);
      let b = min(a + row, ahead), c = min(a + 2 * row, ahead), d = min(a + 3 * row, ahead);
      let to = lines + <usize>start * line + floats(r);
      let i = start;
      for (; i + 4 <= end; i += 4, a += 16, b += 16, c += 16, d += 16, to += 4 * line) transposeFour(a, b, c, d, to, line);
      for (; i < end; i++, a += 4, b += 4, c += 4, d += 4, to += line) v128.store(to, four(a, b, c, d));
    }
  }
  if (repeat) return;
  for (let c = 0; c < columns; c++, lines += line) {
    for (let n = rows; n < lanes; n++) store<f32>(lines + floats(n), 0);
  }
}

/** x [rows, columns] of the first rows of lines [columns, lanes]. */
export function toRows(lines: usize, lineStride: i32, x: usize, xStride: i32, rows: i32, columns: i32): void {
  const row = floats(xStride), line = floats(lineStride);
  for (let start = 0; start < columns; start += BLOCK) {
    const end = min(start + BLOCK, columns);
    for (let r = 0; r < rows; r += 4) {
      for (let c = start; c < end; c += 4) {
        const from = lines + <usize>c * line + floats(r), to = x + <usize>r * row + floats(c);
        if (rows - r >= 4 && end - c >= 4) {
          transposeFour(from, from + line, from + 2 * line, from + 3 * line, to, row);
        } else {
          copyTile(from, line, to, row, min(4, rows - r), min(4, end - c));
        }
      }
    }
  }
}

/** to[r, c] = from[c, r] for some rows and columns. */
function copyTile(from: usize, line: usize, to: usize, row: usize, rows: i32, columns: i32): void {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      store<f32>(to + <usize>r * row + floats(c), load<f32>(from + <usize>c * line + floats(r)));
    }
  }
}
