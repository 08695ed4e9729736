import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import { type Info, inPieces, inTurn, plan } from './conv-2d-plan.ts';
import { epilogueArguments, type FusedEpilogue } from './mat-mul.ts';
import { productCode } from './product.ts';
import { LINE, piecesFor, spans } from './threads/spans.ts';

// Convolutions are products of patches, a block of output pixels at a time: see assembly/convolution.ts. Blocks stay in cache,
// and threads share them or, where there are few, each of their products. How pixels are cut where they are added up does not
// depend on the threads, and so no result does.

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
  const { exports, output, addresses } = productCode.on(backend)!;
  const planned = plan(backend, info);
  const { patch, filters, block, blocks, team } = planned;
  const y = output(info.outShape);
  const [xAt, filterAt, yAt] = addresses(x, filter, y);
  const epilogue = epilogueArguments(backend, fused);
  const product = [block, filters, patch] as const;
  if (blocks.length < team.count) {
    inTurn(backend, info, planned, product, 0, (gemm, window, [first, count], room, scratch) => {
      const patches = exports.patchesOf(window, xAt, first, count, room);
      const to = yAt + 4 * first * filters;
      gemm(patches, patch, 1, filterAt, filters, 1, to, count, filters, patch, scratch);
      if (fused.bias || fused.activation) exports.epilogue(to, count, filters, ...epilogue);
    });
    return y;
  }
  inPieces(backend, info, planned, product, 0, (window, _, run) =>
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
  const { exports, output, addresses } = productCode.on(backend)!;
  const planned = plan(backend, info);
  const { patch, filters, block, blocks, team } = planned;
  const size = patch * filters;
  const dFilter = output(info.filterShape);
  const [xAt, dyAt, dFilterAt] = addresses(x, dy, dFilter);
  exports.clearFloats(dFilterAt, size);
  const product = [patch, filters, block] as const;
  if (blocks.length < team.count) {
    inTurn(backend, info, planned, product, 4 * size, (gemm, window, [first, count], room, part) => {
      const patches = exports.patchesOf(window, xAt, first, count, room);
      const from = dyAt + 4 * first * filters;
      gemm(patches, 1, patch, from, filters, 1, part, patch, filters, count, part + 4 * size);
      exports.addParts(dFilterAt, part, size, 1, 0, size);
    });
    return dFilter;
  }
  const atOnce = Math.min(piecesFor(team.count), blocks.length);
  const slices = spans(size, piecesFor(team.count), LINE);
  inPieces(backend, info, planned, product, 4 * atOnce * size, (window, parts, run) => {
    for (let next = 0; next < blocks.length; next += atOnce) {
      const some = blocks.slice(next, next + atOnce);
      run(
        'filterGradient',
        some.map((pixels, i) => [window, xAt, dyAt, filters, parts + 4 * i * size, ...pixels]),
      );
      run(
        'addParts',
        slices.map((floats) => [dFilterAt, parts, size, some.length, ...floats]),
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
  const { exports, output, addresses } = productCode.on(backend)!;
  const planned = plan(backend, info);
  const { patch, filters, block, team } = planned;
  const dx = output(info.inShape);
  const [dyAt, filterAt, dxAt] = addresses(dy, filter, dx);
  const product = [block, patch, filters] as const;
  if (info.batchSize < team.count) {
    exports.clearFloats(dxAt, info.batchSize * info.inHeight * info.inWidth * info.inChannels);
    inTurn(backend, info, planned, product, 0, (gemm, window, [first, count], room, scratch) => {
      const from = dyAt + 4 * first * filters;
      gemm(from, filters, 1, filterAt, 1, filters, room, count, patch, filters, scratch);
      exports.addPatches(window, dxAt, first, count, room);
    });
    return dx;
  }
  const parts = spans(info.batchSize, piecesFor(team.count), 1);
  inPieces(backend, info, planned, product, 0, (window, _, run) =>
    run(
      'inputGradient',
      parts.map((images) => [window, dyAt, filterAt, filters, dxAt, block, ...images]),
    ),
  );
  return dx;
}
