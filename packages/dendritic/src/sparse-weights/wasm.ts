import { wasmModule } from '@arborize/core';
import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { wasm as embedded } from './mask.as.generated.ts';

const module = /* @__PURE__ */ wasmModule<{
  mask(kernel: number, bytes: number, y: number, size: number): void;
}>(embedded);

export function maskOnWasm(kernel: Tensor, mask: Tensor, backend: KernelBackend): TensorInfo | null {
  const kernels = module.on(backend);
  if (!kernels || mask.dtype !== 'bool') return null;
  const y = kernels.output(kernel.shape);
  kernels.exports.mask(kernels.address(kernel), kernels.address(mask), kernels.address(y), kernel.size);
  return y;
}
