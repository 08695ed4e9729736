// Patches: what a window sees of the images x [batch, inHeight, inWidth, channels] at each output pixel, one row of
// height × width × channels values a pixel. Pixels are counted through the whole batch.
import { floats } from '../../core/assembly/lanes';
import { clear, moveRow } from './patch-row';
import { Window } from './window';

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
export function gatherPatches(window: Window, x: usize, patches: usize, first: i32, count: i32): void {
  movePatches(window, x, patches, first, count, false);
}

/** Adds patches to the images; what lies beyond them is dropped. */
export function scatterPatches(window: Window, x: usize, patches: usize, first: i32, count: i32): void {
  movePatches(window, x, patches, first, count, true);
}
