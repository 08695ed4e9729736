import { type WasmKernels, wasmModule } from '@arborize/core';
import {
  backend_util,
  type Conv3DAttrs,
  type Conv3DBackpropFilterV2Attrs,
  type Conv3DBackpropInputV2Attrs,
  type KernelBackend,
  util,
} from '@tensorflow/tfjs-core';
import { type Gemm, gemmModule } from './gemm.ts';
import { wasm } from './patches-3d.as.generated.ts';
import { provideKernel } from './provide-kernel.ts';
import { withWindow } from './window.ts';

// Products of patches and filter, a block of pixels at a time, as in conv-2d.ts.

interface Patches {
  gatherPatches(window: number, volumes: number, patches: number, first: number, count: number): void;
  scatterPatches(window: number, volumes: number, patches: number, first: number, count: number): void;
  accumulate(y: number, x: number, count: number): void;
  clearFloats(y: number, count: number): void;
}

const patchesModule = wasmModule<Patches>(wasm);

/** Floats of patches that are in memory at once: about what a second-level cache holds. */
const BLOCK_SIZE = 2 ** 18;

type Info = backend_util.Conv3DInfo;
type Shape5 = [number, number, number, number, number];

/** The convolution in matrices: patches [pixels, patch] · filter [patch, filters]. */
interface Convolution extends WasmKernels<Patches>, Gemm {
  readonly info: Info;
  readonly patch: number;
  readonly filters: number;
  readonly block: number;
  /** Calls `use` for each block of `count` pixels from `first` on, with room for their patches and for a part. */
  forEachBlock(
    partBytes: number,
    use: (window: number, first: number, count: number, patches: number, part: number) => void,
  ): void;
}

function convolution(
  backend: KernelBackend,
  x: readonly number[],
  filter: readonly number[],
  {
    strides,
    pad,
    dilations = 1,
  }: Pick<Conv3DAttrs, 'strides' | 'pad'> & { dilations?: Conv3DAttrs['dilations'] },
): Convolution {
  const info = backend_util.computeConv3DInfo(x as Shape5, filter as Shape5, strides, dilations, pad);
  const kernels = patchesModule.on(backend)!;
  const pixels = info.batchSize * info.outDepth * info.outHeight * info.outWidth;
  const patch = info.filterDepth * info.filterHeight * info.filterWidth * info.inChannels;
  const block = Math.min(pixels, Math.max(16, Math.floor(BLOCK_SIZE / Math.max(1, patch))));
  return {
    ...kernels,
    ...gemmModule.on(backend)!.exports,
    info,
    patch,
    filters: info.outChannels,
    block,
    forEachBlock(partBytes, use) {
      const patchBytes = 4 * block * patch;
      withWindow(kernels, windowFields(info), patchBytes + partBytes, (window, patches) => {
        for (let first = 0; first < pixels; first += block)
          use(window, first, Math.min(block, pixels - first), patches, patches + patchBytes);
      });
    },
  };
}

/** The fields of `Window` in patches-3d.as.ts, in their order. */
function windowFields(info: Info): number[] {
  return [
    ...[info.inDepth, info.inHeight, info.inWidth, info.inChannels],
    ...[info.outDepth, info.outHeight, info.outWidth],
    ...[info.filterDepth, info.filterHeight, info.filterWidth],
    ...[info.strideDepth, info.strideHeight, info.strideWidth],
    ...[info.dilationDepth, info.dilationHeight, info.dilationWidth],
    ...[info.padInfo.front, info.padInfo.top, info.padInfo.left],
  ];
}

/** The stock kernels run in plain loops, and both gradients of theirs are wrong over padding and strides. */
export function provideConv3dKernels(): void {
  provideKernel<'x' | 'filter', Conv3DAttrs>('Conv3D', ({ inputs, attrs, backend }) => {
    const { exports, addresses, output, gemm, gemmScratch, forEachBlock, ...conv } = convolution(
      backend,
      inputs.x.shape,
      inputs.filter.shape,
      attrs,
    );
    const { patch, filters, block } = conv;
    const y = output(conv.info.outShape);
    const [xAt, wAt, yAt] = addresses(inputs.x, inputs.filter, y);
    forEachBlock(gemmScratch(block, filters, patch), (window, first, count, patches, scratch) => {
      exports.gatherPatches(window, xAt, patches, first, count);
      const to = yAt + 4 * first * filters;
      gemm(patches, patch, 1, wAt, filters, 1, to, count, filters, patch, scratch);
    });
    return y;
  });

  provideKernel<'x' | 'dy', Conv3DBackpropFilterV2Attrs>(
    'Conv3DBackpropFilterV2',
    ({ inputs, attrs, backend }) => {
      const { exports, addresses, output, gemm, gemmScratch, forEachBlock, ...conv } = convolution(
        backend,
        inputs.x.shape,
        attrs.filterShape,
        attrs,
      );
      const { patch, filters, block } = conv;
      const dw = output(attrs.filterShape);
      const [xAt, dyAt, dwAt] = addresses(inputs.x, inputs.dy, dw);
      exports.clearFloats(dwAt, patch * filters);
      const partBytes = 4 * patch * filters;
      forEachBlock(partBytes + gemmScratch(patch, filters, block), (window, first, count, patches, part) => {
        exports.gatherPatches(window, xAt, patches, first, count);
        const from = dyAt + 4 * first * filters;
        gemm(patches, 1, patch, from, filters, 1, part, patch, filters, count, part + partBytes);
        exports.accumulate(dwAt, part, patch * filters);
      });
      return dw;
    },
  );

  provideKernel<'dy' | 'filter', Conv3DBackpropInputV2Attrs>(
    'Conv3DBackpropInputV2',
    ({ inputs, attrs, backend }) => {
      const { exports, addresses, output, gemm, gemmScratch, forEachBlock, ...conv } = convolution(
        backend,
        attrs.inputShape,
        inputs.filter.shape,
        attrs,
      );
      const { patch, filters, block } = conv;
      const dx = output(attrs.inputShape);
      const [dyAt, wAt, dxAt] = addresses(inputs.dy, inputs.filter, dx);
      exports.clearFloats(dxAt, util.sizeFromShape(attrs.inputShape));
      forEachBlock(gemmScratch(block, patch, filters), (window, first, count, patches, scratch) => {
        const from = dyAt + 4 * first * filters;
        gemm(from, filters, 1, wAt, 1, filters, patches, count, patch, filters, scratch);
        exports.scatterPatches(window, dxAt, patches, first, count);
      });
      return dx;
    },
  );
}
