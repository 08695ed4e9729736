import type { WasmThreads } from '@arborize/core';
import type { backend_util, KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import { epilogueArguments, type FusedEpilogue } from './mat-mul.ts';
import { productCode } from './product.ts';
import { LINE, piecesFor, spans } from './threads/spans.ts';
import { threadsOf } from './threads/threads.ts';
import { windowFields, withWindow } from './window.ts';

// Convolutions are products of patches, a block of output pixels at a time: see assembly/convolution.ts. Blocks stay in cache,
// and threads share them. How pixels are cut where they are added up does not depend on the threads, and so no result does.

/** Floats of patches that a block holds: about what a second-level cache does. */
const BLOCK_SIZE = 2 ** 18;
/** Blocks are whole multiples of the depth to which the matrix product runs in one go. */
const BLOCK_PIXELS = 256;
/** Blocks that there are at least, given pixels enough. */
const BLOCKS = 8;

type Info = backend_util.Conv2DInfo;
type Block = readonly [first: number, count: number];

/** A convolution, as a product of matrices and in blocks. */
interface Plan {
  readonly patch: number;
  readonly filters: number;
  /** Pixels of a block. */
  readonly block: number;
  readonly blocks: readonly Block[];
  readonly team: WasmThreads;
}

function plan(backend: KernelBackend, info: Info): Plan {
  const pixels = info.batchSize * info.outHeight * info.outWidth;
  const patch = info.filterHeight * info.filterWidth * info.inChannels;
  const filters = info.outChannels;
  const cached = Math.floor(BLOCK_SIZE / Math.max(1, patch) / BLOCK_PIXELS);
  const even = Math.ceil(pixels / BLOCKS / BLOCK_PIXELS);
  const block = BLOCK_PIXELS * Math.max(1, Math.min(cached, even));
  const blocks = Array.from({ length: Math.ceil(pixels / block) }, (_, i): Block => {
    return [i * block, Math.min(block, pixels - i * block)];
  });
  const team = threadsOf(backend).team(2 * pixels * patch * filters);
  return { patch, filters, block: Math.min(block, pixels), blocks, team };
}

type Run = (name: string, calls: readonly (readonly number[])[]) => void;

/** Calls `use` with the window in memory, room for parts of a result behind it, and a way to run pieces of the work. */
function atWork(
  backend: KernelBackend,
  info: Info,
  { patch, block, team }: Plan,
  product: readonly [m: number, n: number, k: number],
  partBytes: number,
  use: (window: number, parts: number, run: Run) => void,
): void {
  const kernels = productCode.on(backend)!;
  const bytes = 4 * block * patch + kernels.exports.gemmScratch(...product);
  withWindow(kernels, windowFields(info), partBytes + team.count * bytes, (window, parts) =>
    use(window, parts, (name, calls) => team.run(kernels, name, calls, { at: parts + partBytes, bytes })),
  );
}

/**
 * Whether a forward convolution is large enough to be faster as a product of patches than by the stock kernel, which gathers none
 * but has one thread and no relaxed SIMD. Neither counts here, so that results do not depend on how many threads there are.
 */
export function paysAsProduct({ batchSize, outHeight, outWidth, outChannels, ...window }: Info): boolean {
  const each = window.filterHeight * window.filterWidth * window.inChannels * outChannels;
  return outChannels >= 32 && each >= 1024 && batchSize * outHeight * outWidth * each >= 5e5;
}

/** The convolution of images x [batch, height, width, channels] with a filter [height, width, channels, filters]. */
export function conv2d(
  backend: KernelBackend,
  info: Info,
  x: TensorInfo,
  filter: TensorInfo,
  fused: FusedEpilogue = { activation: 0, slope: 0 },
): TensorInfo {
  const { output, address } = productCode.on(backend)!;
  const planned = plan(backend, info);
  const { patch, filters, block, blocks } = planned;
  const y = output(info.outShape);
  const [xAt, filterAt, yAt] = [x, filter, y].map(address) as [number, number, number];
  const epilogue = epilogueArguments(backend, fused);
  atWork(backend, info, planned, [block, filters, patch], 0, (window, _, run) =>
    run(
      'convolve',
      blocks.map((pixels) => [window, xAt, filterAt, filters, yAt, ...epilogue, ...pixels]),
    ),
  );
  return y;
}

/** The gradient of a convolution of x with respect to its filter. */
export function conv2dFilterGradient(
  backend: KernelBackend,
  info: Info,
  x: TensorInfo,
  dy: TensorInfo,
): TensorInfo {
  const { exports, output, address } = productCode.on(backend)!;
  const planned = plan(backend, info);
  const { patch, filters, block, blocks, team } = planned;
  const dFilter = output(info.filterShape);
  const [xAt, dyAt, dFilterAt] = [x, dy, dFilter].map(address) as [number, number, number];
  exports.clearFloats(dFilterAt, patch * filters);
  const bytes = 4 * patch * filters;
  const atOnce = Math.min(piecesFor(team.count), blocks.length);
  const slices = spans(patch * filters, piecesFor(team.count), LINE);
  atWork(backend, info, planned, [patch, filters, block], atOnce * bytes, (window, parts, run) => {
    for (let next = 0; next < blocks.length; next += atOnce) {
      const some = blocks.slice(next, next + atOnce);
      run(
        'filterGradient',
        some.map((pixels, i) => [window, xAt, dyAt, filters, parts + i * bytes, ...pixels]),
      );
      run(
        'addParts',
        slices.map((floats) => [dFilterAt, parts, patch * filters, some.length, ...floats]),
      );
    }
  });
  return dFilter;
}

/** The gradient of a convolution with respect to its input. Threads share whole images, because patches overlap. */
export function conv2dInputGradient(
  backend: KernelBackend,
  info: Info,
  dy: TensorInfo,
  filter: TensorInfo,
): TensorInfo {
  const { output, address } = productCode.on(backend)!;
  const planned = plan(backend, info);
  const { patch, filters, block, team } = planned;
  const dx = output(info.inShape);
  const [dyAt, filterAt, dxAt] = [dy, filter, dx].map(address) as [number, number, number];
  const parts = spans(info.batchSize, piecesFor(team.count), 1);
  atWork(backend, info, planned, [block, patch, filters], 0, (window, _, run) =>
    run(
      'inputGradient',
      parts.map((images) => [window, dyAt, filterAt, filters, dxAt, block, ...images]),
    ),
  );
  return dx;
}
