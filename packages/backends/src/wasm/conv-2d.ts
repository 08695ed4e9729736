import { wasmModule } from '@arborize/core';
import { type backend_util, type KernelBackend, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { gemmModule } from './gemm.ts';
import { wasm as patchesWasm } from './patches.as.generated.ts';
import { windowFields, withWindow } from './window.ts';

// A convolution is a product of matrices, patches [pixels, patch] · filter [patch, filters], where a row of patches is
// what the window sees at one output pixel. Its two gradients are products of the same matrices. Patches are made a
// block of pixels at a time, so that they stay in cache and need little memory.

interface Patches {
  gatherPatches(window: number, images: number, patches: number, first: number, count: number): void;
  scatterPatches(window: number, images: number, patches: number, first: number, count: number): void;
  accumulate(y: number, x: number, count: number): void;
  clearFloats(y: number, count: number): void;
}

const patchesModule = wasmModule<Patches>(patchesWasm);

/** Floats of patches that are in memory at once: about what a second-level cache holds. */
const BLOCK_SIZE = 2 ** 18;
/** Blocks are whole multiples of the depth to which the matrix product runs in one go. */
const BLOCK_PIXELS = 256;

type Info = backend_util.Conv2DInfo;

function sizes(info: Info) {
  const pixels = info.batchSize * info.outHeight * info.outWidth;
  const patch = info.filterHeight * info.filterWidth * info.inChannels;
  const block = BLOCK_PIXELS * Math.max(1, Math.floor(BLOCK_SIZE / patch / BLOCK_PIXELS));
  return { pixels, patch, filters: info.outChannels, block: Math.min(pixels, block) };
}

/** What `use` does with each block of patches, `count` pixels from `first` on. */
type UseBlock = (window: number, first: number, count: number, patches: number, scratch: number) => void;

function forEachBlock(backend: KernelBackend, info: Info, scratchBytes: number, use: UseBlock): void {
  const { pixels, patch, block } = sizes(info);
  const patchBytes = 4 * block * patch;
  const fields = windowFields(info);
  withWindow(patchesModule.on(backend)!, fields, patchBytes + scratchBytes, (window, patches) => {
    for (let first = 0; first < pixels; first += block) {
      use(window, first, Math.min(block, pixels - first), patches, patches + patchBytes);
    }
  });
}

/** The gradient of a convolution of x with respect to its filter. */
export function conv2dFilterGradient(
  backend: KernelBackend,
  info: Info,
  x: TensorInfo,
  dy: TensorInfo,
): TensorInfo {
  const { exports, output, address } = patchesModule.on(backend)!;
  const { gemm, gemmScratch } = gemmModule.on(backend)!.exports;
  const { patch, filters, block } = sizes(info);
  const dFilter = output(info.filterShape);
  const [xAt, dyAt, dFilterAt] = [x, dy, dFilter].map(address) as [number, number, number];
  exports.clearFloats(dFilterAt, patch * filters);
  const partBytes = 4 * patch * filters;
  forEachBlock(
    backend,
    info,
    partBytes + gemmScratch(patch, filters, block),
    (window, first, count, patches, part) => {
      exports.gatherPatches(window, xAt, patches, first, count);
      gemm(
        patches,
        1,
        patch,
        dyAt + 4 * first * filters,
        filters,
        1,
        part,
        patch,
        filters,
        count,
        part + partBytes,
      );
      exports.accumulate(dFilterAt, part, patch * filters);
    },
  );
  return dFilter;
}

/** The gradient of a convolution with respect to its input. */
export function conv2dInputGradient(
  backend: KernelBackend,
  info: Info,
  dy: TensorInfo,
  filter: TensorInfo,
): TensorInfo {
  const { exports, output, address } = patchesModule.on(backend)!;
  const { gemm, gemmScratch } = gemmModule.on(backend)!.exports;
  const { patch, filters, block } = sizes(info);
  const dx = output(info.inShape);
  const [dyAt, filterAt, dxAt] = [dy, filter, dx].map(address) as [number, number, number];
  exports.clearFloats(dxAt, util.sizeFromShape(info.inShape));
  forEachBlock(
    backend,
    info,
    gemmScratch(block, patch, filters),
    (window, first, count, patches, scratch) => {
      gemm(
        dyAt + 4 * first * filters,
        filters,
        1,
        filterAt,
        1,
        filters,
        patches,
        count,
        patch,
        filters,
        scratch,
      );
      exports.scatterPatches(window, dxAt, patches, first, count);
    },
  );
  return dx;
}

/** The convolution of images x [batch, height, width, channels] with a filter [height, width, channels, filters]. */
export function conv2d(backend: KernelBackend, info: Info, x: TensorInfo, filter: TensorInfo): TensorInfo {
  const { exports, output, address } = patchesModule.on(backend)!;
  const { gemm, gemmScratch } = gemmModule.on(backend)!.exports;
  const { patch, filters, block } = sizes(info);
  const y = output(info.outShape);
  const [xAt, filterAt, yAt] = [x, filter, y].map(address) as [number, number, number];
  forEachBlock(
    backend,
    info,
    gemmScratch(block, filters, patch),
    (window, first, count, patches, scratch) => {
      exports.gatherPatches(window, xAt, patches, first, count);
      gemm(
        patches,
        patch,
        1,
        filterAt,
        filters,
        1,
        yAt + 4 * first * filters,
        count,
        filters,
        patch,
        scratch,
      );
    },
  );
  return y;
}
