import { type WasmKernels, wasmModule } from '@arborize/core';
import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { wasm as embedded } from './drop-connect.as.generated.ts';
import { wasm as relaxed } from './drop-connect.relaxed.as.generated.ts';
import { type MaskCall, type ProductSizes, sizesOf, sizesOfRows } from './mask-call.ts';

type Product = (
  ...call: [
    ...tensors: [left: number, right: number, result: number],
    ...sizes: [batch: number, inputs: number, outputs: number],
    ...mask: [seed: number, numerator: number, bits: number, scale: number],
    scratch: number,
  ]
) => void;

interface Exports {
  readonly scratchBytes: (batch: number, inputs: number, outputs: number) => number;
  readonly forward: Product;
  readonly inputGradient: Product;
  readonly kernelGradient: Product;
}

const module = wasmModule<Exports>(embedded, { relaxed });

export function value(
  { x, kernel }: { x: Tensor; kernel: Tensor },
  call: MaskCall,
  backend: KernelBackend,
): TensorInfo | null {
  const kernels = module.on(backend);
  const sizes = sizesOf(x, kernel);
  return kernels && run(kernels, 'forward', [x, kernel], [sizes.batch, sizes.outputs], sizes, call);
}

export function inputGradient(
  { du, kernel }: { du: Tensor; kernel: Tensor },
  call: MaskCall,
  backend: KernelBackend,
): TensorInfo | null {
  const kernels = module.on(backend);
  const sizes = sizesOf(du, kernel);
  return kernels && run(kernels, 'inputGradient', [du, kernel], [sizes.batch, sizes.inputs], sizes, call);
}

export function kernelGradient(
  { x, du }: { x: Tensor; du: Tensor },
  call: MaskCall,
  backend: KernelBackend,
): TensorInfo | null {
  const kernels = module.on(backend);
  const sizes = sizesOfRows(x, du);
  return kernels && run(kernels, 'kernelGradient', [x, du], [sizes.inputs, sizes.outputs], sizes, call);
}

function run(
  { address, exports, output, withScratch }: WasmKernels<Exports>,
  product: 'forward' | 'inputGradient' | 'kernelGradient',
  [left, right]: [Tensor, Tensor],
  shape: [number, number],
  { batch, inputs, outputs }: ProductSizes,
  { seed, numerator, bits, scale }: MaskCall,
): TensorInfo {
  const result = output(shape);
  const sizes = [batch, inputs, outputs] as const;
  withScratch(exports.scratchBytes(...sizes), (scratch) => {
    const tensors = [address(left), address(right), address(result)] as const;
    exports[product](...tensors, ...sizes, seed, numerator, bits, scale, scratch);
  });
  return result;
}
