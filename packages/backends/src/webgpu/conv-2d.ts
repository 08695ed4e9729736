import { backend_util, type KernelBackend, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel.ts';
import type { StockBackend } from './stock-backend.ts';

type Shape4 = [number, number, number, number];

interface Attributes {
  readonly strides: [number, number] | number;
  readonly pad: 'same' | 'valid' | number | backend_util.ExplicitPadding;
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dilations: [number, number] | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** The stock convolutions fail on an empty batch. */
export function repairConvolutions(): void {
  for (const kernelName of ['Conv2D', 'FusedConv2D']) {
    replaceKernel('webgpu', kernelName, (stock) => (call) => {
      const { x, filter } = call.inputs as { x: TensorInfo; filter: TensorInfo };
      if (util.sizeFromShape(x.shape) > 0) return stock!(call);
      const { strides, pad, dataFormat, dilations, dimRoundingMode } = call.attrs as unknown as Attributes;
      const { outShape } = backend_util.computeConv2DInfo(
        x.shape as Shape4,
        filter.shape as Shape4,
        strides,
        dilations,
        pad,
        dimRoundingMode,
        false,
        backend_util.convertConv2DDataFormat(dataFormat),
      );
      const backend = call.backend as KernelBackend as StockBackend;
      return backend.makeTensorInfo(outShape, x.dtype, util.getTypedArrayFromDType(x.dtype as 'float32', 0));
    });
  }
}
