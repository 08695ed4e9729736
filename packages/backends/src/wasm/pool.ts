import { wasmModule } from '@arborize/core';
import {
  type AvgPoolGradAttrs,
  backend_util,
  type KernelBackend,
  type MaxPoolGradAttrs,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import { wasm } from './pool.as.generated.ts';
import { provideKernel } from './provide-kernel.ts';
import { windowFields, withWindow } from './window.ts';

/** Of `count` images from `first` on. */
interface Pool {
  maxPoolGradient(
    ...call: [window: number, x: number, dy: number, dx: number, first: number, count: number]
  ): void;
  averagePoolGradient(...call: [window: number, dy: number, dx: number, first: number, count: number]): void;
}

const poolModule = wasmModule<Pool>(wasm);

type Shape4 = [number, number, number, number];

/** What a pixel under a window costs, in floating-point operations of products that take as long. */
const OPERATIONS = 64;

function poolGradient(
  backend: KernelBackend,
  name: keyof Pool,
  { shape }: TensorInfo,
  { filterSize, strides, pad, dimRoundingMode }: MaxPoolGradAttrs,
  operands: readonly TensorInfo[],
): TensorInfo {
  const info = backend_util.computePool2DInfo(shape as Shape4, filterSize, strides, 1, pad, dimRoundingMode);
  const kernels = poolModule.on(backend)!;
  const dx = kernels.output(shape);
  const at = [...operands, dx].map(kernels.address);
  const pixels = util.sizeFromShape(info.outShape) * info.filterHeight * info.filterWidth;
  withWindow(kernels, windowFields(info), 0, (window) =>
    kernels.inParts(name, info.batchSize, OPERATIONS * pixels, (...images) => [window, ...at, ...images]),
  );
  return dx;
}

/**
 * The stock kernels visit every window from each input pixel, and average over padding, which the forward pass does not.
 * Explicit padding goes on to do so, because the specification of TensorFlow.js demands it.
 */
export function providePoolKernels(): void {
  provideKernel<'dy' | 'input', MaxPoolGradAttrs>(
    'MaxPoolGrad',
    ({ inputs: { dy, input }, attrs, backend }) =>
      poolGradient(backend, 'maxPoolGradient', input, attrs, [input, dy]),
  );
  provideKernel<'dy' | 'input', AvgPoolGradAttrs>(
    'AvgPoolGrad',
    ({ inputs: { dy, input }, attrs, backend, stock }) =>
      Array.isArray(attrs.pad) ? stock() : poolGradient(backend, 'averagePoolGradient', input, attrs, [dy]),
  );
}
