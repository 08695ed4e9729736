import {
  backend_util,
  type Conv2DBackpropFilterAttrs,
  type Conv2DBackpropInputAttrs,
  slice_util,
  util,
} from '@tensorflow/tfjs-core';
import { slice } from './blocks.ts';
import { conv2dFilterGradient, conv2dInputGradient } from './conv-2d.ts';
import { provideKernel } from './provide-kernel.ts';

export function provideConv2dKernels(): void {
  provideKernel<'x' | 'dy', Conv2DBackpropFilterAttrs>(
    'Conv2DBackpropFilter',
    ({ inputs, attrs, backend }) => {
      const info = gradientInfo(inputs.x.shape, attrs.filterShape, attrs);
      return conv2dFilterGradient(backend, info, inputs.x, inputs.dy);
    },
  );
  provideKernel<'dy' | 'filter', Conv2DBackpropInputAttrs>(
    'Conv2DBackpropInput',
    ({ inputs, attrs, backend }) => {
      const info = gradientInfo(attrs.inputShape, inputs.filter.shape, attrs);
      // A transposed convolution may be given more than it reads.
      if (util.arraysEqual(inputs.dy.shape, info.outShape))
        return conv2dInputGradient(backend, info, inputs.dy, inputs.filter);
      slice_util.assertParamsValid(inputs.dy, [0, 0, 0, 0], info.outShape);
      const dy = slice(backend, inputs.dy, [0, 0, 0, 0], info.outShape);
      const dx = conv2dInputGradient(backend, info, dy, inputs.filter);
      backend.disposeData(dy.dataId);
      return dx;
    },
  );
}

type Shape4 = [number, number, number, number];

/** TensorFlow.js takes no gradient of a dilated convolution, and the forward kernel refuses NCHW before. */
function gradientInfo(
  input: readonly number[],
  filter: readonly number[],
  { strides, pad, dimRoundingMode }: Omit<Conv2DBackpropFilterAttrs, 'filterShape'>,
): backend_util.Conv2DInfo {
  return backend_util.computeConv2DInfo(input as Shape4, filter as Shape4, strides, 1, pad, dimRoundingMode);
}
