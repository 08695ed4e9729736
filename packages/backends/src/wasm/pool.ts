import { wasmModule } from '@arborize/core';
import { type AvgPoolGradAttrs, backend_util, type MaxPoolGradAttrs } from '@tensorflow/tfjs-core';
import { wasm } from './pool.as.generated.ts';
import { provideKernel } from './provide-kernel.ts';
import { windowFields, withWindow } from './window.ts';

interface Pool {
  maxPoolGradient(window: number, x: number, dy: number, dx: number): void;
  averagePoolGradient(window: number, dy: number, dx: number): void;
}

const poolModule = wasmModule<Pool>(wasm);

type Shape4 = [number, number, number, number];

function poolWindow(
  input: readonly number[],
  { filterSize, strides, pad, dimRoundingMode }: MaxPoolGradAttrs,
): number[] {
  return windowFields(
    backend_util.computePool2DInfo(input as Shape4, filterSize, strides, 1, pad, dimRoundingMode),
  );
}

/**
 * The stock kernels visit every window from each input pixel, and average over padding, which the forward pass does not.
 * Explicit padding goes on to do so, because the specification of TensorFlow.js demands it.
 */
export function providePoolKernels(): void {
  provideKernel<'dy' | 'input', MaxPoolGradAttrs>(
    'MaxPoolGrad',
    ({ inputs: { dy, input }, attrs, backend }) => {
      const { exports, address, output, ...kernels } = poolModule.on(backend)!;
      const window = poolWindow(input.shape, attrs);
      const dx = output(input.shape);
      withWindow(kernels, window, 0, (at) => {
        exports.maxPoolGradient(at, address(input), address(dy), address(dx));
      });
      return dx;
    },
  );
  provideKernel<'dy' | 'input', AvgPoolGradAttrs>(
    'AvgPoolGrad',
    ({ inputs: { dy, input }, attrs, backend, stock }) => {
      if (Array.isArray(attrs.pad)) return stock();
      const { exports, address, output, ...kernels } = poolModule.on(backend)!;
      const window = poolWindow(input.shape, attrs);
      const dx = output(input.shape);
      withWindow(kernels, window, 0, (at) => {
        exports.averagePoolGradient(at, address(dy), address(dx));
      });
      return dx;
    },
  );
}
