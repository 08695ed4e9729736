import { backend_util, type KernelBackend, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { replaceKernel } from './replace-kernel.ts';

type Shape4 = [number, number, number, number];

export interface ConvolutionAttributes {
  readonly strides: [number, number] | number;
  readonly pad: 'same' | 'valid' | number | backend_util.ExplicitPadding;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dilations?: [number, number] | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Stock convolutions of an empty batch fail on WebGPU, and have the wrong shape on TensorFlow. */
export function repairEmptyConvolutions(backendName: string): void {
  for (const kernelName of ['Conv2D', 'FusedConv2D', 'DepthwiseConv2dNative', 'FusedDepthwiseConv2D']) {
    const depthwise = kernelName.includes('Depthwise');
    replaceKernel(backendName, kernelName, (stock) => (call) => {
      const { x, filter } = call.inputs as { x: TensorInfo; filter: TensorInfo };
      if (util.sizeFromShape(x.shape) > 0) return stock!(call);
      const attributes = call.attrs as unknown as ConvolutionAttributes;
      const { outShape: shape } = convolutionInfo(x.shape, filter.shape, attributes, depthwise);
      const dataId = (call.backend as KernelBackend).write(new Float32Array(0), shape, x.dtype);
      return { dataId, shape, dtype: x.dtype };
    });
  }
}

export function convolutionInfo(
  input: readonly number[],
  filter: readonly number[],
  { strides, pad, dataFormat = 'NHWC', dilations, dimRoundingMode }: ConvolutionAttributes,
  depthwise: boolean,
): backend_util.Conv2DInfo {
  return backend_util.computeConv2DInfo(
    input as Shape4,
    filter as Shape4,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    depthwise,
    backend_util.convertConv2DDataFormat(dataFormat),
  );
}
