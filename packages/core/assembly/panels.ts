// What products pack their operands into, and how their tiles get to the result. Widths are constants, from 4 to 8.
import { floats, transposeTile } from './lanes';

/**
 * Packs `lines` rows of a left operand, or columns of a right one, into panels of `width` lines: panel, then depth, then line.
 * Missing lines of the last panel are zeros. Strides are in floats.
 */
@inline
export function pack(
  from: usize, lineStride: i32, depthStride: i32, lines: i32, depth: i32, out: usize, width: i32,
): void {
  for (let first = 0; first < lines; first += width) {
    const present = min(width, lines - first);
    const base = from + floats(first * lineStride);
    let p = 0;
    if (present == width && lineStride == 1) {
      for (; p < depth; p++, out += floats(width)) {
        const at = base + floats(p * depthStride);
        v128.store(out, v128.load(at));
        if (width == 8) v128.store(out, v128.load(at, 16), 16);
        else if (width == 6) v128.store64_lane(out, v128.load64_zero(at, 16), 0, 16);
      }
    } else if (present == width && depthStride == 1) {
      const line = floats(lineStride);
      for (; p + 4 <= depth; p += 4, out += floats(4 * width)) {
        const at = base + floats(p);
        transposeTile(at, line, out, floats(width));
        // With 6 lines the second quad overlaps the first, which writes the same values again.
        if (width > 4) transposeTile(at + <usize>(width - 4) * line, line, out + floats(width - 4), floats(width));
      }
    }
    for (; p < depth; p++) {
      for (let r = 0; r < width; r++, out += 4) {
        store<f32>(out, r < present ? load<f32>(base + floats(r * lineStride + p * depthStride)) : 0);
      }
    }
  }
}

/** Stores eight floats, or adds them to those that are there. */
@inline
export function storePair(to: usize, x: v128, y: v128, overwrite: bool): void {
  if (!overwrite) {
    x = f32x4.add(x, v128.load(to));
    y = f32x4.add(y, v128.load(to, 16));
  }
  v128.store(to, x);
  v128.store(to, y, 16);
}

/** Copies a tile computed aside, of rows `width` long, to where only `rows` × `columns` of it exist. */
export function copyEdge(aside: usize, width: i32, to: usize, stride: i32, rows: i32, columns: i32, overwrite: bool): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const at = to + floats(i * stride + j);
      const value = load<f32>(aside + floats(i * width + j));
      store<f32>(at, overwrite ? value : load<f32>(at) + value);
    }
  }
}
