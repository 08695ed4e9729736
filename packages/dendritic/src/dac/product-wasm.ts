import { type WasmKernels, wasmModule } from '@arborize/core';
import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { InnerAttributes } from './inner-activations.ts';
import { wasm } from './product.as.generated.ts';
import { wasm as relaxed } from './product.relaxed.as.generated.ts';

type Sizes = [m: number, n: number, k: number];

interface Exports {
  scratchBytes(...sizes: Sizes): number;
  product(x: number, w: number, b: number, z: number, ...sizesThenScratchThenSlope: number[]): void;
  inputGradient(
    dz: number,
    x: number,
    w: number,
    b: number,
    dx: number,
    ...sizesThenScratchThenSlope: number[]
  ): void;
  weightSums(
    dz: number,
    x: number,
    b: number,
    dw: number,
    db: number,
    ...sizesThenScratchThenSlope: number[]
  ): void;
  finishWeights(w: number, b: number, dw: number, db: number, count: number): void;
}

const module = wasmModule<Exports>(wasm, { relaxed });

/** What the kernels below get; a bias for every connection, or else groups, which are the reference's. */
interface Operands {
  readonly x: Tensor;
  readonly kernel: Tensor;
  readonly bias: Tensor;
}

function kernelsFor(
  { kernel, bias }: Operands,
  { activation, padded }: InnerAttributes,
  backend: KernelBackend,
): WasmKernels<Exports> | null {
  // A leaky ReLU is not closed to what stands for the outside of an image.
  const known = activation === 'relu' || (activation === 'leakyRelu' && !padded);
  return known && bias.shape[1] === kernel.shape[1] ? module.on(backend) : null;
}

/** Whether φ is leaky, and its slope below 0. */
function slopeOf({ activation, alpha }: InnerAttributes): [leaky: number, slope: number] {
  return activation === 'leakyRelu' ? [1, alpha] : [0, 0];
}

function sizesOf({ x, kernel }: Operands): Sizes {
  return [x.shape[0]!, kernel.shape[1]!, kernel.shape[0]!];
}

export function product(inputs: Operands, attrs: InnerAttributes, backend: KernelBackend): TensorInfo | null {
  const kernels = kernelsFor(inputs, attrs, backend);
  if (!kernels) return null;
  const { exports, addresses, output, withScratch } = kernels;
  const { x, kernel, bias } = inputs;
  const sizes = sizesOf(inputs);
  const z = output([sizes[0], sizes[1]]);
  withScratch(exports.scratchBytes(...sizes), (scratch) => {
    exports.product(...addresses(x, kernel, bias, z), ...sizes, scratch, ...slopeOf(attrs));
  });
  return z;
}

export function inputGradient(
  inputs: Operands & { readonly dz: Tensor },
  attrs: InnerAttributes,
  backend: KernelBackend,
): TensorInfo | null {
  const kernels = kernelsFor(inputs, attrs, backend);
  if (!kernels) return null;
  const { exports, addresses, output, withScratch } = kernels;
  const { dz, x, kernel, bias } = inputs;
  const sizes = sizesOf(inputs);
  const dx = output(x.shape);
  withScratch(exports.scratchBytes(...sizes), (scratch) => {
    exports.inputGradient(...addresses(dz, x, kernel, bias, dx), ...sizes, scratch, ...slopeOf(attrs));
  });
  return dx;
}

export function weightGradients(
  inputs: Operands & { readonly dz: Tensor },
  attrs: InnerAttributes,
  backend: KernelBackend,
): TensorInfo[] | null {
  const kernels = kernelsFor(inputs, attrs, backend);
  if (!kernels) return null;
  const { exports, addresses, output, withScratch } = kernels;
  const { dz, x, kernel, bias } = inputs;
  const sizes = sizesOf(inputs);
  const [dKernel, dBias] = [output(kernel.shape), output(bias.shape)];
  withScratch(exports.scratchBytes(...sizes), (scratch) => {
    exports.weightSums(...addresses(dz, x, bias, dKernel, dBias), ...sizes, scratch, ...slopeOf(attrs));
  });
  exports.finishWeights(...addresses(kernel, bias, dKernel, dBias), kernel.size);
  return [dKernel, dBias];
}
