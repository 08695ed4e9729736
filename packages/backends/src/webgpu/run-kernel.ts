import type { KernelBackend, KernelFunc, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import { getKernel } from '@tensorflow/tfjs-core';

/** Runs a kernel of the WebGPU backend from inside another. */
export function runKernel(
  backend: KernelBackend,
  kernelName: string,
  inputs: Readonly<Record<string, TensorInfo>>,
  attrs: object,
): TensorInfo {
  const { kernelFunc } = getKernel(kernelName, 'webgpu') as { kernelFunc: KernelFunc };
  return kernelFunc({ inputs, attrs: attrs as NamedAttrMap, backend }) as TensorInfo;
}
