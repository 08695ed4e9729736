import type { WasmThreads } from '@arborize/core';
import type { backend_util, KernelBackend } from '@tensorflow/tfjs-core';
import { type Gemm, gemmModule } from './gemm.ts';
import { productCode } from './product.ts';
import { threadsOf } from './threads/threads.ts';
import { windowFields, withWindow } from './window.ts';

/** Floats of patches that a block holds: about what a second-level cache does. */
const BLOCK_SIZE = 2 ** 18;
/** Blocks are whole multiples of the depth to which the matrix product runs in one go. */
const BLOCK_PIXELS = 256;
/** Blocks that there are at least, given pixels enough. */
const BLOCKS = 8;

export type Info = backend_util.Conv2DInfo;
/** Output pixels, counted through the whole batch. */
export type Block = readonly [first: number, count: number];
type Sizes = readonly [m: number, n: number, k: number];

/** A convolution, as a product of matrices and in blocks. */
export interface Plan {
  readonly patch: number;
  readonly filters: number;
  /** Pixels of a block. */
  readonly block: number;
  readonly blocks: readonly Block[];
  readonly team: WasmThreads;
}

export function plan(backend: KernelBackend, info: Info): Plan {
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
export function inPieces(
  backend: KernelBackend,
  info: Info,
  { patch, block, team }: Plan,
  product: Sizes,
  partBytes: number,
  use: (window: number, parts: number, run: Run) => void,
): void {
  const kernels = productCode.on(backend)!;
  const bytes = 4 * block * patch + kernels.exports.gemmScratch(...product);
  withWindow(kernels, windowFields(info), partBytes + team.count * bytes, (window, parts) =>
    use(window, parts, (name, calls) => team.run(kernels, name, calls, { at: parts + partBytes, bytes })),
  );
}

/** What happens to each block: `room` is for its patches, `scratch` for the product, which several threads may share. */
type UseBlock = (gemm: Gemm['gemm'], window: number, block: Block, room: number, scratch: number) => void;

/** Calls `use` for one block after the other, where there are too few for threads to have one each. */
export function inTurn(
  backend: KernelBackend,
  info: Info,
  { patch, block, blocks }: Plan,
  product: Sizes,
  partBytes: number,
  use: UseBlock,
): void {
  const { exports, ...kernels } = gemmModule.on(backend)!;
  const bytes = 4 * block * patch;
  const fields = windowFields(info);
  withWindow(kernels, fields, bytes + partBytes + exports.gemmScratch(...product), (window, room) => {
    for (const each of blocks) use(exports.gemm, window, each, room, room + bytes);
  });
}
