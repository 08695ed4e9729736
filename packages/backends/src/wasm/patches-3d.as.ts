// Patches of volumes x [batch, depth, height, width, channels]: as in patches.as.ts, with one axis more.
import { floats } from '../../../core/assembly/lanes';
import { add, clear, moveRow } from '../../assembly/patch-row';

/** Written by conv-3d.ts. */
@unmanaged
class Window {
  inDepth: i32;
  inHeight: i32;
  inWidth: i32;
  channels: i32;
  outDepth: i32;
  outHeight: i32;
  outWidth: i32;
  depth: i32;
  height: i32;
  width: i32;
  strideDepth: i32;
  strideHeight: i32;
  strideWidth: i32;
  dilationDepth: i32;
  dilationHeight: i32;
  dilationWidth: i32;
  front: i32;
  top: i32;
  left: i32;
}

@inline
function movePatches(window: Window, x: usize, patches: usize, first: i32, count: i32, scatter: bool): void {
  const inDepth = window.inDepth, inHeight = window.inHeight, inWidth = window.inWidth;
  const channels = window.channels, width = window.width;
  const outDepth = window.outDepth, outHeight = window.outHeight, outWidth = window.outWidth;
  const row = width * channels;
  for (let pixel = first; pixel < first + count; pixel++) {
    const left = (pixel % outWidth) * window.strideWidth - window.left;
    const line = pixel / outWidth;
    const top = (line % outHeight) * window.strideHeight - window.top;
    const frame = line / outHeight;
    const front = (frame % outDepth) * window.strideDepth - window.front;
    const volume = (frame / outDepth) * inDepth;
    for (let a = 0; a < window.depth; a++) {
      const z = front + a * window.dilationDepth;
      for (let i = 0; i < window.height; i++, patches += floats(row)) {
        const y = top + i * window.dilationHeight;
        if (z >= 0 && z < inDepth && y >= 0 && y < inHeight) {
          const at = x + floats(((volume + z) * inHeight + y) * inWidth * channels);
          moveRow(at, patches, left, width, window.dilationWidth, inWidth, channels, scatter);
        } else if (!scatter) {
          clear(patches, row);
        }
      }
    }
  }
}

export function gatherPatches(window: usize, x: usize, patches: usize, first: i32, count: i32): void {
  movePatches(changetype<Window>(window), x, patches, first, count, false);
}

export function scatterPatches(window: usize, x: usize, patches: usize, first: i32, count: i32): void {
  movePatches(changetype<Window>(window), x, patches, first, count, true);
}

/** y [count] += x [count] */
export function accumulate(y: usize, x: usize, count: i32): void {
  add(y, x, count);
}

/** y [count] = 0 */
export function clearFloats(y: usize, count: i32): void {
  memory.fill(y, 0, floats(count));
}
