import { wasmModule } from '@arborize/core';
import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { SparsePattern } from '../pattern/sparse-pattern.ts';
import { wasm as embedded } from './dense.as.generated.ts';

interface Exports {
  scatter(
    pointers: number,
    indices: number,
    values: number,
    w: number,
    inputs: number,
    outputs: number,
  ): void;
  gather(pointers: number, indices: number, w: number, values: number, outputs: number): void;
}

const module = wasmModule<Exports>(embedded);

export function scatterDense(
  values: Tensor,
  { columnPointers, rowIndices, shape }: SparsePattern,
  backend: KernelBackend,
): TensorInfo | null {
  const kernels = module.on(backend);
  if (!kernels) return null;
  const w = kernels.output(shape);
  const { address, exports } = kernels;
  exports.scatter(address(columnPointers), address(rowIndices), address(values), address(w), ...shape);
  return w;
}

export function gatherStored(
  w: Tensor,
  { columnPointers, rowIndices, shape, size }: SparsePattern,
  backend: KernelBackend,
): TensorInfo | null {
  const kernels = module.on(backend);
  if (!kernels) return null;
  const values = kernels.output([size]);
  const { address, exports } = kernels;
  exports.gather(address(columnPointers), address(rowIndices), address(w), address(values), shape[1]);
  return values;
}
