// A convolution is a product of matrices, patches [pixels, patch] · filter [patch, filters], where a row of patches is
// what the window sees at one output pixel. Its two gradients are products of the same matrices. Each function takes some
// of the pixels, so that patches stay in cache and threads can share the rest.
import { floats } from '../../core/assembly/lanes';
import { epilogue } from './epilogue';
import { gemm } from './gemm';
import { add } from './patch-row';
import { gatherPatches, scatterPatches } from './patches';
import { Window } from './window';

@inline
function patchSize(window: Window): i32 {
  return window.height * window.width * window.channels;
}

/** Whether patches are the image itself, because the window sees one pixel, and each pixel once. */
@inline
function isPointwise(window: Window): bool {
  return window.height == 1 && window.width == 1 && window.strideHeight == 1 && window.strideWidth == 1 &&
    window.outHeight == window.inHeight && window.outWidth == window.inWidth && window.top == 0 && window.left == 0;
}

/** The address of the patches of `count` pixels from `first` on: `room`, if they have to be gathered there. */
export function patchesOf(at: usize, x: usize, first: i32, count: i32, room: usize): usize {
  const window = changetype<Window>(at);
  if (isPointwise(window)) return x + floats(first * window.channels);
  gatherPatches(window, x, room, first, count);
  return room;
}

/** Adds patches to the images; what lies beyond them is dropped. */
export function addPatches(at: usize, dx: usize, first: i32, count: i32, patches: usize): void {
  scatterPatches(changetype<Window>(at), dx, patches, first, count);
}

/** y = epilogue(patches · filter) at `count` pixels from `first` on. */
export function convolve(
  at: usize, x: usize, filter: usize, filters: i32, y: usize,
  bias: usize, activation: i32, slope: f32, slopes: usize, first: i32, count: i32, scratch: usize,
): void {
  const patch = patchSize(changetype<Window>(at));
  const patches = patchesOf(at, x, first, count, scratch);
  const to = y + floats(first * filters);
  gemm(patches, patch, 1, filter, filters, 1, to, count, filters, patch, filters, scratch + floats(count * patch));
  if (bias || activation) epilogue(to, count, filters, bias, activation, slope, slopes);
}

/** part = patchesᵀ · dy of `count` pixels from `first` on: their part of the gradient of the filter. */
export function filterGradient(
  at: usize, x: usize, dy: usize, filters: i32, part: usize, first: i32, count: i32, scratch: usize,
): void {
  const patch = patchSize(changetype<Window>(at));
  const patches = patchesOf(at, x, first, count, scratch);
  const from = dy + floats(first * filters);
  gemm(patches, 1, patch, from, filters, 1, part, patch, filters, count, filters, scratch + floats(count * patch));
}

/** y [size] += the sum of `parts` in a row of as many floats each, here for `count` floats from `first` on. */
export function addParts(y: usize, parts: usize, size: i32, number: i32, first: i32, count: i32): void {
  for (let i = 0; i < number; i++) add(y + floats(first), parts + floats(i * size + first), count);
}

/** y [count] = 0 */
export function clearFloats(y: usize, count: i32): void {
  memory.fill(y, 0, floats(count));
}

/** dx = dy · filterᵀ, added up over patches, of `count` whole images from `first` on, `block` pixels at a time. */
export function inputGradient(
  at: usize, dy: usize, filter: usize, filters: i32, dx: usize, block: i32, first: i32, count: i32, scratch: usize,
): void {
  const window = changetype<Window>(at);
  const patch = patchSize(window);
  const image = window.inHeight * window.inWidth * window.channels;
  clearFloats(dx + floats(first * image), count * image);
  const pixels = window.outHeight * window.outWidth;
  const packing = scratch + floats(block * patch);
  for (let pixel = first * pixels, end = (first + count) * pixels; pixel < end; pixel += block) {
    const some = min(block, end - pixel);
    gemm(dy + floats(pixel * filters), filters, 1, filter, 1, filters, scratch, some, patch, filters, patch, packing);
    scatterPatches(window, dx, scratch, pixel, some);
  }
}
