import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { applyEpilogue, fusedActivations, matMul } from './mat-mul.ts';
import { provideKernel } from './provide-kernel.ts';

interface MatMulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

interface FusedAttributes extends MatMulAttributes {
  readonly activation: string;
  readonly leakyreluAlpha?: number;
}

/**
 * Replaces the two matrix product kernels of the stock WASM backend, which are slow for transposed and batched
 * operands, and wrong when such a product is fused with a bias or an activation. Calling it again changes nothing.
 *
 * The stock path for one plain product is as fast, but packs a copy of `b` and keeps it as long as `b` lives: weights that
 * are trained are packed again in every step.
 */
export function repairMatMul(): void {
  provideKernel<'a' | 'b', MatMulAttributes>('BatchMatMul', ({ inputs: { a, b }, attrs, backend, stock }) => {
    const { transposeA, transposeB } = attrs;
    if (a.dtype === 'int32') return integerProduct(a as tf.Tensor, b as tf.Tensor, transposeA, transposeB);
    if (a.dtype !== 'float32') return stock();
    return matMul(backend, a, b, transposeA, transposeB) ?? stock();
  });

  type FusedInputs = 'a' | 'b' | 'bias' | 'preluActivationWeights';
  provideKernel<FusedInputs, FusedAttributes>('_FusedMatMul', ({ inputs, attrs, backend, stock }) => {
    const { a, b, bias, preluActivationWeights: slopes } = inputs;
    const { transposeA, transposeB, activation, leakyreluAlpha } = attrs;
    if (a.dtype !== 'float32') return stock();
    const product = matMul(backend, a, b, transposeA, transposeB);
    if (!product) return stock();
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
