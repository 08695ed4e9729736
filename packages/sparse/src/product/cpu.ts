import { type KernelBackend, type Tensor, type TensorInfo, util } from '@tensorflow/tfjs-core';
import {
  activationShape,
  batchOf,
  type ProductCall,
  type SampledCall,
  strides,
  walkOf,
} from './product-call.ts';

interface CpuBackend extends KernelBackend {
  readonly data: { get(dataId: object): { values: Float32Array | Int32Array } };
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): TensorInfo;
}

export function product(
  x: Tensor,
  values: Tensor,
  bias: Tensor | null,
  call: ProductCall,
  kernelBackend: KernelBackend,
): TensorInfo {
  const backend = kernelBackend as CpuBackend;
  const read = (tensor: TensorInfo) => backend.data.get(tensor.dataId).values;
  const { inputs, outputs, pointers, indices, permutation } = walkOf(call);
  const batch = batchOf(x, call.layout);
  const shape = activationShape(call.layout, batch, outputs);
  const y = new Float32Array(util.sizeFromShape(shape));
  const [at, meets, weights, from] = [read(pointers), read(indices), read(values), read(x)];
  const [order, offsets] = [permutation && read(permutation), bias && read(bias)];
  const [xFeature, xExample] = strides(call.layout, batch, inputs);
  const [yFeature, yExample] = strides(call.layout, batch, outputs);
  for (let j = 0; j < outputs; j++) {
    for (let b = 0; b < batch; b++) {
      let sum = offsets ? offsets[j]! : 0;
      for (let p = at[j]!; p < at[j + 1]!; p++) {
        sum += weights[order ? order[p]! : p]! * from[meets[p]! * xFeature + b * xExample]!;
      }
      y[j * yFeature + b * yExample] = sum;
    }
  }
  return backend.makeTensorInfo(shape, 'float32', y);
}

export function sampled(
  a: Tensor,
  b: Tensor,
  { pattern, layout }: SampledCall,
  kernelBackend: KernelBackend,
): TensorInfo {
  const backend = kernelBackend as CpuBackend;
  const read = (tensor: TensorInfo) => backend.data.get(tensor.dataId).values;
  const [inputs, outputs] = pattern.shape;
  const batch = batchOf(a, layout);
  const [pointers, rows, left, right] = [pattern.columnPointers, pattern.rowIndices, a, b].map(read);
  const [aFeature, aExample] = strides(layout, batch, inputs);
  const [bFeature, bExample] = strides(layout, batch, outputs);
  const gradient = new Float32Array(pattern.size);
  for (let j = 0; j < outputs; j++) {
    for (let p = pointers![j]!; p < pointers![j + 1]!; p++) {
      let sum = 0;
      for (let k = 0; k < batch; k++) {
        sum += left![rows![p]! * aFeature + k * aExample]! * right![j * bFeature + k * bExample]!;
      }
      gradient[p] = sum;
    }
  }
  return backend.makeTensorInfo([pattern.size], 'float32', gradient);
}
