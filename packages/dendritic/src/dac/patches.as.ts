// Patches: what a window sees of the images x [batch, height, width, channels] at each output pixel, one row of
// window height × window width × channels values a pixel.

import { floats } from '../../../core/assembly/lanes';

@inline
function copy(to: usize, from: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) v128.store(to + floats(i), v128.load(from + floats(i)));
  for (; i < count; i++) store<f32>(to + floats(i), load<f32>(from + floats(i)));
}

@inline
function fill(to: usize, value: f32, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) v128.store(to + floats(i), f32x4.splat(value));
  for (; i < count; i++) store<f32>(to + floats(i), value);
}

@inline
function add(to: usize, from: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(to + floats(i), f32x4.add(v128.load(to + floats(i)), v128.load(from + floats(i))));
  }
  for (; i < count; i++) store<f32>(to + floats(i), load<f32>(to + floats(i)) + load<f32>(from + floats(i)));
}

/** Copies patches out of images, `outside` where they reach beyond them; or adds them to the images. */
@inline
function move(
  x: usize, patches: usize, batch: i32, inHeight: i32, inWidth: i32, channels: i32, outHeight: i32, outWidth: i32,
  height: i32, width: i32, strideHeight: i32, strideWidth: i32, dilationHeight: i32, dilationWidth: i32,
  top: i32, left: i32, outside: f32, scatter: bool,
): void {
  const pixel = floats(channels);
  for (let n = 0; n < batch; n++, x += floats(inHeight * inWidth * channels)) {
    for (let p = 0; p < outHeight; p++) {
      for (let q = 0; q < outWidth; q++) {
        for (let u = 0; u < height; u++) {
          const row = p * strideHeight - top + u * dilationHeight;
          const line = x + floats(row * inWidth * channels);
          for (let v = 0; v < width; v++, patches += pixel) {
            const column = q * strideWidth - left + v * dilationWidth;
            const inside = row >= 0 && row < inHeight && column >= 0 && column < inWidth;
            const at = line + <usize>column * pixel;
            if (scatter) {
              if (inside) add(at, patches, channels);
            } else if (inside) {
              copy(patches, at, channels);
            } else {
              fill(patches, outside, channels);
            }
          }
        }
      }
    }
  }
}

export function gather(
  x: usize, patches: usize, batch: i32, inHeight: i32, inWidth: i32, channels: i32, outHeight: i32, outWidth: i32,
  height: i32, width: i32, strideHeight: i32, strideWidth: i32, dilationHeight: i32, dilationWidth: i32,
  top: i32, left: i32, outside: f32,
): void {
  move(
    x, patches, batch, inHeight, inWidth, channels, outHeight, outWidth, height, width,
    strideHeight, strideWidth, dilationHeight, dilationWidth, top, left, outside, false,
  );
}

/** x = the sum of the patches, each where it came from; what lies beyond the images is dropped. */
export function scatter(
  x: usize, patches: usize, batch: i32, inHeight: i32, inWidth: i32, channels: i32, outHeight: i32, outWidth: i32,
  height: i32, width: i32, strideHeight: i32, strideWidth: i32, dilationHeight: i32, dilationWidth: i32,
  top: i32, left: i32,
): void {
  memory.fill(x, 0, floats(batch * inHeight * inWidth * channels));
  move(
    x, patches, batch, inHeight, inWidth, channels, outHeight, outWidth, height, width,
    strideHeight, strideWidth, dilationHeight, dilationWidth, top, left, 0, true,
  );
}
