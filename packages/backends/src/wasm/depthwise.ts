import { wasmModule } from '@arborize/core';
import {
  backend_util,
  type DepthwiseConv2dNativeAttrs,
  type DepthwiseConv2dNativeBackpropFilterAttrs,
  type DepthwiseConv2dNativeBackpropInputAttrs,
  type FusedDepthwiseConv2DAttrs,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { wasm } from './depthwise.as.generated.ts';
import { provideKernel } from './provide-kernel.ts';
import { withPlainBias } from './reshaped-bias.ts';
import { windowFields, withWindow } from './window.ts';

interface Depthwise {
  depthwiseFilterGradient(window: number, x: number, dy: number, dFilter: number, multiplier: number): void;
  depthwiseInputGradient(window: number, dx: number, dy: number, filter: number, multiplier: number): void;
}

const depthwiseModule = wasmModule<Depthwise>(wasm);

type Shape4 = [number, number, number, number];

function depthwiseInfo(
  input: readonly number[],
  filter: readonly number[],
  attrs: Omit<DepthwiseConv2dNativeBackpropInputAttrs, 'inputShape'>,
): backend_util.Conv2DInfo {
  const { strides, dilations, pad, dimRoundingMode } = attrs;
  return backend_util.computeConv2DInfo(
    input as Shape4,
    filter as Shape4,
    strides,
    // The stock op passes on a null.
    dilations ?? [1, 1],
    pad,
    dimRoundingMode,
    true,
  );
}

/**
 * The stock kernels return zeros where `'same'` pads nothing along an axis, because strides leave out pixels at the end; with
 * the same padding in numbers they do not.
 */
function samePadding<Attrs extends DepthwiseConv2dNativeAttrs>(
  x: TensorInfo,
  filter: TensorInfo,
  attrs: Attrs,
): Partial<Attrs> | undefined {
  if (attrs.pad !== 'same') return undefined;
  const { top, bottom, left, right } = depthwiseInfo(x.shape, filter.shape, attrs).padInfo;
  const pad = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  return { pad } as Partial<Attrs>;
}

export function provideDepthwiseKernels(): void {
  provideKernel<'x' | 'filter', DepthwiseConv2dNativeAttrs>(
    'DepthwiseConv2dNative',
    ({ inputs: { x, filter }, attrs, stock }) => stock({}, samePadding(x, filter, attrs)),
  );
  provideKernel<'x' | 'filter' | 'bias', FusedDepthwiseConv2DAttrs>(
    'FusedDepthwiseConv2D',
    ({ inputs: { x, filter, bias }, attrs, backend, stock }) =>
      withPlainBias(backend, bias, (plain) => stock({ bias: plain }, samePadding(x, filter, attrs))),
  );
  provideKernel<'x' | 'dy', DepthwiseConv2dNativeBackpropFilterAttrs>(
    'DepthwiseConv2dNativeBackpropFilter',
    ({ inputs: { x, dy }, attrs, backend }) => {
      const { exports, addresses, output, ...kernels } = depthwiseModule.on(backend)!;
      const info = depthwiseInfo(x.shape, attrs.filterShape, attrs);
      const dFilter = output(attrs.filterShape);
      const [xAt, dyAt, dFilterAt] = addresses(x, dy, dFilter);
      withWindow(kernels, windowFields(info), 0, (window) => {
        exports.depthwiseFilterGradient(window, xAt, dyAt, dFilterAt, attrs.filterShape[3]);
      });
      return dFilter;
    },
  );
  provideKernel<'dy' | 'filter', DepthwiseConv2dNativeBackpropInputAttrs>(
    'DepthwiseConv2dNativeBackpropInput',
    ({ inputs: { dy, filter }, attrs, backend }) => {
      const { exports, addresses, output, ...kernels } = depthwiseModule.on(backend)!;
      const info = depthwiseInfo(attrs.inputShape, filter.shape, attrs);
      const dx = output(attrs.inputShape);
      const [dxAt, dyAt, filterAt] = addresses(dx, dy, filter);
      withWindow(kernels, windowFields(info), 0, (window) => {
        exports.depthwiseInputGradient(window, dxAt, dyAt, filterAt, filter.shape[3]!);
      });
      return dx;
    },
  );
}
