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
 * The stock path for one plain product is as fast, but packs a copy of `b` and keeps it as long as `b` lives: weights that
 * are trained are packed again in every step.
 */
export function repairMatMul(): void {
  replace('BatchMatMul', (stock) => (call) => {
    const { a, b } = call.inputs as { a: TensorInfo; b: TensorInfo };
    const { transposeA, transposeB } = call.attrs as unknown as MatMulAttributes;
    if (a.dtype === 'int32') return integerProduct(a as tf.Tensor, b as tf.Tensor, transposeA, transposeB);
    if (a.dtype !== 'float32') return stock(call);
    return matMul(call.backend as tf.KernelBackend, a, b, transposeA, transposeB) ?? stock(call);
  });

  replace('_FusedMatMul', (stock) => (call) => {
    const { a, b, bias, preluActivationWeights: slopes } = call.inputs as Record<string, TensorInfo>;
    const { transposeA, transposeB, activation, leakyreluAlpha } = call.attrs as unknown as FusedAttributes;
    if (a!.dtype !== 'float32') return stock(call);
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

/** The stock kernel refuses integers, which a confusion matrix is made of. */
function integerProduct(a: tf.Tensor, b: tf.Tensor, transposeA: boolean, transposeB: boolean): TensorInfo {
  const floats = (x: tf.Tensor) => tf.cast(x, 'float32');
  return tf.tidy(() => tf.cast(tf.matMul(floats(a), floats(b), transposeA, transposeB), 'int32'));
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
