// One row of a patch: pixels side by side, those beyond the image's row as zeros.

import { floats } from '../../core/assembly/lanes';

@inline
export function copy(out: usize, from: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) v128.store(out + floats(i), v128.load(from + floats(i)));
  for (; i < count; i++) store<f32>(out + floats(i), load<f32>(from + floats(i)));
}

@inline
export function clear(out: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) v128.store(out + floats(i), i32x4.splat(0));
  for (; i < count; i++) store<f32>(out + floats(i), 0);
}

@inline
export function add(out: usize, from: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(out + floats(i), f32x4.add(v128.load(out + floats(i)), v128.load(from + floats(i))));
  }
  for (; i < count; i++) store<f32>(out + floats(i), load<f32>(out + floats(i)) + load<f32>(from + floats(i)));
}

@inline
function clamp(value: i32, limit: i32): i32 {
  return value < 0 ? 0 : value > limit ? limit : value;
}

/** Moves one row of a patch, whose first pixel lies at column `left` of the image's row. */
@inline
export function moveRow(image: usize, patch: usize, left: i32, width: i32, dilation: i32, inWidth: i32, channels: i32, scatter: bool): void {
  if (dilation == 1) {
    const begin = clamp(-left, width);
    const end = max(begin, clamp(inWidth - left, width));
    const from = image + floats((left + begin) * channels);
    const to = patch + floats(begin * channels);
    const length = (end - begin) * channels;
    if (scatter) {
      add(from, to, length);
    } else {
      clear(patch, begin * channels);
      copy(to, from, length);
      clear(patch + floats(end * channels), (width - end) * channels);
    }
    return;
  }
  for (let i = 0; i < width; i++, patch += floats(channels)) {
    const column = left + i * dilation;
    const inside = column >= 0 && column < inWidth;
    const at = image + floats(column * channels);
    if (scatter) {
      if (inside) add(at, patch, channels);
    } else if (inside) {
      copy(patch, at, channels);
    } else {
      clear(patch, channels);
    }
  }
}
