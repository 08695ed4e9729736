import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { countedWords, wordKeys } from './bernoulli-words.ts';
import { type MaskCall, type ProductSizes, sizesOf, sizesOfRows, wordsFor } from './mask-call.ts';

/** The parts of the stock CPU backend that are used here. */
interface CpuBackend extends KernelBackend {
  readonly data: { get(dataId: object): { readonly values: Float32Array } };
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): TensorInfo;
}

/** What a kernel does for one example and input with the mask bits of the outputs. */
type Step = (example: number, input: number, kept: (output: number) => number) => void;

export function value(
  { x, kernel }: { x: Tensor; kernel: Tensor },
  call: MaskCall,
  backend: KernelBackend,
): TensorInfo {
  const sizes = sizesOf(x, kernel);
  const { batch, inputs, outputs } = sizes;
  const [from, weights] = [read(x, backend), read(kernel, backend)];
  const u = new Float64Array(batch * outputs);
  overInputs(sizes, call, (i, m, kept) => {
    const factor = call.scale * from[i * inputs + m]!;
    for (let n = 0; n < outputs; n++) u[i * outputs + n]! += kept(n) * factor * weights[m * outputs + n]!;
  });
  return result([batch, outputs], Float32Array.from(u), backend);
}

export function inputGradient(
  { du, kernel }: { du: Tensor; kernel: Tensor },
  call: MaskCall,
  backend: KernelBackend,
): TensorInfo {
  const sizes = sizesOf(du, kernel);
  const { batch, inputs, outputs } = sizes;
  const [from, weights] = [read(du, backend), read(kernel, backend)];
  const dx = new Float32Array(batch * inputs);
  overInputs(sizes, call, (i, m, kept) => {
    let sum = 0;
    for (let n = 0; n < outputs; n++) sum += kept(n) * from[i * outputs + n]! * weights[m * outputs + n]!;
    dx[i * inputs + m] = call.scale * sum;
  });
  return result([batch, inputs], dx, backend);
}

export function kernelGradient(
  { x, du }: { x: Tensor; du: Tensor },
  call: MaskCall,
  backend: KernelBackend,
): TensorInfo {
  const sizes = sizesOfRows(x, du);
  const { inputs, outputs } = sizes;
  const [from, gradient] = [read(x, backend), read(du, backend)];
  const dkernel = new Float32Array(inputs * outputs);
  overInputs(sizes, call, (i, m, kept) => {
    const factor = call.scale * from[i * inputs + m]!;
    for (let n = 0; n < outputs; n++)
      dkernel[m * outputs + n]! += kept(n) * factor * gradient[i * outputs + n]!;
  });
  return result([inputs, outputs], dkernel, backend);
}

/** Makes the words of one example after another. */
function overInputs(
  { batch, inputs, outputs }: ProductSizes,
  { seed, numerator, bits }: MaskCall,
  step: Step,
): void {
  const each = wordsFor(inputs);
  const keys = wordKeys(seed, bits);
  for (let i = 0; i < batch; i++) {
    const words = countedWords(outputs * each, { numerator }, keys, i * outputs * each);
    for (let m = 0; m < inputs; m++) {
      const [at, bit] = [m >>> 5, m & 31];
      step(i, m, (n) => (words[n * each + at]! >>> bit) & 1);
    }
  }
}

function read({ dataId }: Tensor, backend: KernelBackend): Float32Array {
  return (backend as CpuBackend).data.get(dataId).values;
}

function result(shape: number[], values: Float32Array, backend: KernelBackend): TensorInfo {
  return (backend as CpuBackend).makeTensorInfo(shape, 'float32', values);
}
