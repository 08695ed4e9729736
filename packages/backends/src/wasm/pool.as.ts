// The gradients of maximum and average pools. TensorFlow.js dilates no pool here: it rearranges the images instead.
import { floats, loadLanes, storeLanes } from '../../../core/assembly/lanes';
import { splat } from '../../../core/assembly/simd-math';
import { Window } from '../../assembly/window';

@inline
function addLanes(address: usize, value: v128, lanes: i32): void {
  const sum = f32x4.add(loadLanes(address, lanes), value);
  storeLanes(address, sum, lanes);
}

/** Where the first largest of rows × columns pixels lies, in each lane: −1 where none is above −∞. */
@inline
function firstLargest(x: usize, rows: i32, columns: i32, row: usize, pixel: usize, lanes: i32): v128 {
  let largest = splat(-Infinity);
  let position = i32x4.splat(-1);
  let at = 0;
  for (let i = 0; i < rows; i++, x += row) {
    let from = x;
    for (let j = 0; j < columns; j++, from += pixel, at++) {
      const value = loadLanes(from, lanes);
      const larger = f32x4.gt(value, largest);
      largest = v128.bitselect(value, largest, larger);
      position = v128.bitselect(i32x4.splat(at), position, larger);
    }
  }
  return position;
}

/** dx += dy at the pixels that `position` names or, for an average, at all of them. */
@inline
function share(dx: usize, dy: v128, position: v128, average: bool, rows: i32, columns: i32, row: usize, pixel: usize, lanes: i32): void {
  let at = 0;
  for (let i = 0; i < rows; i++, dx += row) {
    let to = dx;
    for (let j = 0; j < columns; j++, to += pixel, at++) {
      addLanes(to, average ? dy : v128.and(dy, i32x4.eq(position, i32x4.splat(at))), lanes);
    }
  }
}

@inline
function poolGradient(window: Window, x: usize, dy: usize, dx: usize, first: i32, count: i32, average: bool): void {
  const channels = window.channels, inWidth = window.inWidth, inHeight = window.inHeight;
  const outHeight = window.outHeight, outWidth = window.outWidth;
  const pixel = floats(channels), row = floats(inWidth * channels);
  const image = floats(inHeight * inWidth * channels);
  x += <usize>first * image;
  dx += <usize>first * image;
  dy += floats(first * outHeight * outWidth * channels);
  memory.fill(dx, 0, image * count);
  for (let n = 0; n < count; n++, x += image, dx += image) {
    for (let i = 0; i < outHeight; i++) {
      const y = i * window.strideHeight - window.top;
      const top = max(y, 0);
      const rows = min(y + window.height, inHeight) - top;
      for (let j = 0; j < outWidth; j++, dy += pixel) {
        const left = j * window.strideWidth - window.left;
        const begin = max(left, 0);
        const columns = min(left + window.width, inWidth) - begin;
        const at = <usize>top * row + <usize>begin * pixel;
        const weight = splat(<f32>1 / <f32>(rows * columns));
        for (let c = 0; c < channels; c += 4) {
          const lanes = channels - c;
          const here = at + floats(c);
          const gradient = loadLanes(dy + floats(c), lanes);
          if (average) {
            share(dx + here, f32x4.mul(gradient, weight), weight, true, rows, columns, row, pixel, lanes);
          } else {
            const position = firstLargest(x + here, rows, columns, row, pixel, lanes);
            share(dx + here, gradient, position, false, rows, columns, row, pixel, lanes);
          }
        }
      }
    }
  }
}

/** Of `count` images from `first` on. */
export function maxPoolGradient(window: usize, x: usize, dy: usize, dx: usize, first: i32, count: i32): void {
  poolGradient(changetype<Window>(window), x, dy, dx, first, count, false);
}

/** An average is over the pixels inside the image, as in the forward pass. */
export function averagePoolGradient(window: usize, dy: usize, dx: usize, first: i32, count: i32): void {
  poolGradient(changetype<Window>(window), 0, dy, dx, first, count, true);
}
