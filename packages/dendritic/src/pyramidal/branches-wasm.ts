import { wasmModule } from '@arborize/core';
import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { wasm } from './branches.as.generated.ts';
import type { BranchAttributes } from './branches-reference.ts';

interface Exports {
  forward(uv: number, alpha: number, alphaStep: number, y: number, ...sizesThenConstants: number[]): void;
  backward(
    uv: number,
    alpha: number,
    alphaStep: number,
    dy: number,
    duv: number,
    ...sizesThenConstants: number[]
  ): void;
  alphaGradient(
    uv: number,
    alpha: number,
    alphaStep: number,
    dy: number,
    dalpha: number,
    ...sizesThenC: number[]
  ): void;
}

const module = wasmModule<Exports>(wasm);

interface Operands {
  readonly uv: Tensor;
  readonly alpha: Tensor;
}

/** With one α for all the rows are one run. */
function layoutOf({ uv, alpha }: Operands): { step: number; sizes: [rows: number, columns: number] } {
  const columns = uv.shape[1]! / 2;
  return alpha.size === 1
    ? { step: 0, sizes: [1, uv.size / 2] }
    : { step: 4, sizes: [uv.shape[0]!, columns] };
}

export function forward(
  inputs: Operands,
  { c, leak }: BranchAttributes,
  backend: KernelBackend,
): TensorInfo | null {
  const kernels = module.on(backend);
  if (!kernels) return null;
  const { address, exports, output } = kernels;
  const { uv, alpha } = inputs;
  const { step, sizes } = layoutOf(inputs);
  const y = output([uv.shape[0]!, uv.shape[1]! / 2]);
  exports.forward(address(uv), address(alpha), step, address(y), ...sizes, c, leak);
  return y;
}

export function backward(
  inputs: Operands & { readonly dy: Tensor },
  { c, leak }: BranchAttributes,
  backend: KernelBackend,
): TensorInfo | null {
  const kernels = module.on(backend);
  if (!kernels) return null;
  const { address, exports, output } = kernels;
  const { uv, alpha, dy } = inputs;
  const { step, sizes } = layoutOf(inputs);
  const duv = output(uv.shape);
  exports.backward(address(uv), address(alpha), step, address(dy), address(duv), ...sizes, c, leak);
  return duv;
}

export function alphaGradient(
  inputs: Operands & { readonly dy: Tensor },
  { c }: BranchAttributes,
  backend: KernelBackend,
): TensorInfo | null {
  const kernels = module.on(backend);
  if (!kernels) return null;
  const { address, exports, output } = kernels;
  const { uv, alpha, dy } = inputs;
  const [rows, columns] = [uv.shape[0]!, uv.shape[1]! / 2];
  const step = alpha.size === 1 ? 0 : 4;
  const perColumn = output([columns]);
  exports.alphaGradient(address(uv), address(alpha), step, address(dy), address(perColumn), rows, columns, c);
  if (step > 0) return perColumn;
  return tf.reshape(tf.sum(tf.engine().makeTensorFromTensorInfo(perColumn)), [1]);
}
