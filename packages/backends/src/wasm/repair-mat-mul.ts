import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { applyEpilogue, fusedActivations, matMul } from './mat-mul.ts';

interface MatMulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

interface FusedAttributes extends MatMulAttributes {
  readonly activation: string;
  readonly leakyreluAlpha?: number;
}

const repaired = new WeakSet<KernelFunc>();

/**
 * Replaces the two matrix product kernels of the stock WASM backend, which are slow for transposed and batched
 * operands, and wrong when such a product is fused with a bias or an activation. Calling it again changes nothing.
 *
 * One plain product of two matrices stays with the stock kernel, whose own path for it is fast and right.
 */
export function repairMatMul(): void {
  replace('BatchMatMul', (stock) => (call) => {
    const { a, b } = call.inputs as { a: TensorInfo; b: TensorInfo };
    const { transposeA, transposeB } = call.attrs as unknown as MatMulAttributes;
    if (isPlain(a, b, transposeA || transposeB)) return stock(call);
    return matMul(call.backend as tf.KernelBackend, a, b, transposeA, transposeB) ?? stock(call);
  });

  replace('_FusedMatMul', (stock) => (call) => {
    const { a, b, bias, preluActivationWeights: slopes } = call.inputs as Record<string, TensorInfo>;
    const { transposeA, transposeB, activation, leakyreluAlpha } = call.attrs as unknown as FusedAttributes;
    if (isPlain(a!, b!, transposeA || transposeB)) return stock(call);
    const backend = call.backend as tf.KernelBackend;
    const product = matMul(backend, a!, b!, transposeA, transposeB);
    if (!product) return stock(call);
    const kind = fusedActivations[activation];
    if (kind === undefined)
      throw new Error(`matMul: the activation '${activation}' cannot be fused on wasm.`);
    applyEpilogue(backend, product, { bias, activation: kind, slope: leakyreluAlpha ?? 0, slopes });
    return product;
  });
}

/** What the stock kernel does well: one product of two matrices as they are. It gives garbage for empty ones. */
function isPlain(a: TensorInfo, b: TensorInfo, transposed: boolean): boolean {
  return (
    !transposed &&
    [a, b].every(({ shape }) => {
      const matrices = shape.slice(0, -2).every((size) => size === 1);
      return matrices && shape.every((size) => size > 0);
    })
  );
}

function replace(kernelName: string, repair: (stock: KernelFunc) => KernelFunc): void {
  const stock = tf.getKernel(kernelName, 'wasm');
  if (repaired.has(stock.kernelFunc)) return;
  const kernelFunc = repair(stock.kernelFunc);
  repaired.add(kernelFunc);
  // Registering over a kernel warns on the console; the stock set-up is kept, since the stock kernel still runs.
  tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({ ...stock, kernelFunc });
}
