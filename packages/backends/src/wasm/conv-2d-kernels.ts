import {
  backend_util,
  type Conv2DAttrs,
  type Conv2DBackpropFilterAttrs,
  type Conv2DBackpropInputAttrs,
  type FusedConv2DAttrs,
  slice_util,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import { slice } from './blocks.ts';
import { conv2d, conv2dFilterGradient, conv2dInputGradient, paysAsProduct } from './conv-2d.ts';
import { fusedActivations } from './mat-mul.ts';
import { provideKernel } from './provide-kernel.ts';
import { withPlainBias } from './reshaped-bias.ts';

export function provideConv2dKernels(): void {
  provideKernel<'x' | 'filter', Conv2DAttrs>('Conv2D', ({ inputs: { x, filter }, attrs, backend, stock }) => {
    const info = forwardInfo(x, filter, attrs);
    return isOurs(x, attrs, info) ? conv2d(backend, info, x, filter) : stock();
  });
  type FusedInputs = 'x' | 'filter' | 'bias' | 'preluActivationWeights';
  provideKernel<FusedInputs, FusedConv2DAttrs>('FusedConv2D', ({ inputs, attrs, backend, stock }) => {
    const { x, filter, bias, preluActivationWeights: slopes } = inputs;
    const info = forwardInfo(x, filter, attrs);
    const activation = fusedActivations[attrs.activation];
    const matches = [bias, slopes].every((each) => !each || util.arraysEqual(each.shape, [info.outChannels]));
    if (!isOurs(x, attrs, info) || activation === undefined || !matches)
      return withPlainBias(backend, bias, (plain) => stock({ bias: plain }));
    return conv2d(backend, info, x, filter, { bias, activation, slope: attrs.leakyreluAlpha ?? 0, slopes });
  });
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

/** What the stock kernel refuses, images with their channels first among it, is left to it. */
function isOurs(x: TensorInfo, { dataFormat }: Conv2DAttrs, info: backend_util.Conv2DInfo): boolean {
  return x.dtype === 'float32' && dataFormat === 'NHWC' && (paysAsProduct(info) || comesOutZero(info));
}

/** The stock kernel returns zeros where `'same'` pads nothing, because strides leave out pixels at the end. */
function comesOutZero(info: backend_util.Conv2DInfo): boolean {
  const { padInfo, effectiveFilterHeight: height, effectiveFilterWidth: width } = info;
  const leftOut =
    (info.outHeight - 1) * info.strideHeight + height < info.inHeight ||
    (info.outWidth - 1) * info.strideWidth + width < info.inWidth;
  return padInfo.type === 'SAME' && leftOut && height * width > 1;
}

function forwardInfo(
  x: TensorInfo,
  filter: TensorInfo,
  { strides, pad, dilations, dimRoundingMode }: Conv2DAttrs,
): backend_util.Conv2DInfo {
  return backend_util.computeConv2DInfo(
    x.shape as Shape4,
    filter.shape as Shape4,
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
}

/** TensorFlow.js takes no gradient of a dilated convolution, and the forward kernel refuses NCHW before. */
function gradientInfo(
  input: readonly number[],
  filter: readonly number[],
  { strides, pad, dimRoundingMode }: Omit<Conv2DBackpropFilterAttrs, 'filterShape'>,
): backend_util.Conv2DInfo {
  return backend_util.computeConv2DInfo(input as Shape4, filter as Shape4, strides, 1, pad, dimRoundingMode);
}
