// Patches: what a window sees of the images x [batch, inHeight, inWidth, channels] at each output pixel, one row of
// height × width × channels values a pixel. Pixels are counted through the whole batch.
import { Window } from '../../assembly/window';

export { setWindow } from '../../assembly/window';

@inline
function floats(count: i32): usize {
  return <usize>count << 2;
}

@inline
function copy(out: usize, from: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) v128.store(out + floats(i), v128.load(from + floats(i)));
  for (; i < count; i++) store<f32>(out + floats(i), load<f32>(from + floats(i)));
}

@inline
function clear(out: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) v128.store(out + floats(i), i32x4.splat(0));
  for (; i < count; i++) store<f32>(out + floats(i), 0);
}

@inline
function add(out: usize, from: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(out + floats(i), f32x4.add(v128.load(out + floats(i)), v128.load(from + floats(i))));
  }
  for (; i < count; i++) store<f32>(out + floats(i), load<f32>(out + floats(i)) + load<f32>(from + floats(i)));
}

/** y [count] += x [count] */
export function accumulate(y: usize, x: usize, count: i32): void {
  add(y, x, count);
}

@inline
function clamp(value: i32, limit: i32): i32 {
  return value < 0 ? 0 : value > limit ? limit : value;
}

/** Moves one row of a patch, whose first pixel lies at column `left` of the image's row. */
@inline
function moveRow(image: usize, patch: usize, left: i32, width: i32, dilation: i32, inWidth: i32, channels: i32, scatter: bool): void {
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

/** Moves the patches of `count` pixels from `first` on. */
@inline
function movePatches(window: Window, x: usize, patches: usize, first: i32, count: i32, scatter: bool): void {
  const inHeight = window.inHeight, inWidth = window.inWidth, channels = window.channels;
  const outHeight = window.outHeight, outWidth = window.outWidth;
  const height = window.height, width = window.width;
  const dilationHeight = window.dilationHeight, dilationWidth = window.dilationWidth;
  const row = width * channels;
  let column = first % outWidth;
  let line = (first / outWidth) % outHeight;
  let image = x + floats((first / (outWidth * outHeight)) * inHeight * inWidth * channels);
  for (let pixel = 0; pixel < count; pixel++) {
    const left = column * window.strideWidth - window.left;
    let y = line * window.strideHeight - window.top;
    for (let i = 0; i < height; i++, y += dilationHeight, patches += floats(row)) {
      if (y >= 0 && y < inHeight) {
        const at = image + floats(y * inWidth * channels);
        moveRow(at, patches, left, width, dilationWidth, inWidth, channels, scatter);
      } else if (!scatter) {
        clear(patches, row);
      }
    }
    if (++column == outWidth) {
      column = 0;
      if (++line == outHeight) {
        line = 0;
        image += floats(inHeight * inWidth * channels);
      }
    }
  }
}

/** Copies patches out of the images, with zeros where they reach beyond them. */
export function gatherPatches(window: usize, x: usize, patches: usize, first: i32, count: i32): void {
  movePatches(changetype<Window>(window), x, patches, first, count, false);
}

/** Adds patches to the images; what lies beyond them is dropped. */
export function scatterPatches(window: usize, x: usize, patches: usize, first: i32, count: i32): void {
  movePatches(changetype<Window>(window), x, patches, first, count, true);
}

/** y [count] = 0 */
export function clearFloats(y: usize, count: i32): void {
  memory.fill(y, 0, floats(count));
}
