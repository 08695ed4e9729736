import { ArgumentError } from '@arborize/core';
import type { Tensor, Tensor2D, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { biasSeed, keepProbability } from './bernoulli-words.ts';
import { checkDropRate, type DropConnectOptions, demandOneOf, productTensors } from './check-drop-connect.ts';
import { maskedProduct } from './masked-product.ts';
import { maskOf } from './reference.ts';

/** Options of {@link dropConnectMatMul}. */
export interface DropConnectMatMulOptions extends DropConnectOptions {
  /** Integer that the masks are drawn from; its low 32 bits count. A step of training needs a new one. Default 0. */
  readonly seed?: number;
  /** Whether each example has a mask of its own, as published, or all of a batch share one. Default `'example'`. */
  readonly maskScope?: 'example' | 'batch';
}

/**
 * The product of a training step with DropConnect: every example sees its own random part of the weights.
 *
 *     u[i, n] = s·(Σ_m x[i, m]·mask[i, m, n]·kernel[m, n] + biasMask[i, n]·bias[n])
 *
 * Masks keep each weight with probability p = 1 − rate; s is 1/p under `'inverted'` scaling, and 1 under that of the paper.
 * The masks are never stored: forward and backward pass make the same bits anew, the same ones on every backend. With
 * p = 1/2 one hash gives 32 of them, with others up to 16 hashes do.
 *
 * @param x [B, M].
 * @param kernel [M, N].
 * @returns u [B, N], with gradients of every order.
 * @throws ArgumentError if shapes do not fit or an option is out of range.
 * @example
 * const x = [[1, 2, -1], [0.5, -1, 3]];
 * const kernel = [[0.2, -0.4], [0.7, 0.1], [-0.3, 0.5]];
 * dropConnectMatMul(x, kernel, { seed: 42, scaling: 'paper' }).print(); // [[0.5, -0.9], [-0.6, 0]]
 * @see Wan, Zeiler, Zhang, LeCun and Fergus, "Regularization of Neural Networks using DropConnect", ICML 2013.
 */
export function dropConnectMatMul(
  x: Tensor | TensorLike,
  kernel: Tensor | TensorLike,
  options: DropConnectMatMulOptions = {},
): Tensor {
  const where = 'dropConnectMatMul';
  const { rate = 0.5, seed = 0, scaling = 'inverted', maskBias = true, maskScope = 'example' } = options;
  return tf.tidy(() => {
    checkDropRate(where, rate);
    demandOneOf(where, 'options.maskScope', maskScope, ['example', 'batch']);
    if (!Number.isSafeInteger(seed)) {
      throw new ArgumentError({ where, argument: 'options.seed', got: seed, expected: 'an integer' });
    }
    const { x: rows, kernel: weights, bias } = productTensors(where, x, kernel, options);
    if (rate === 0) return biased(tf.matMul(rows as Tensor2D, weights as Tensor2D), bias);

    const { numerator, bits, value: keep } = keepProbability(where, 'options.rate', 1 - rate);
    const scale = scaling === 'inverted' ? 1 / keep : 1;
    const call = { seed: seed | 0, numerator, bits, scale };
    const [inputs, outputs] = weights.shape as [number, number];
    let u: Tensor;
    if (maskScope === 'batch') {
      const mask = tf.tensor2d(maskOf(call, 0, outputs, inputs), [outputs, inputs]);
      u = tf.matMul(rows as Tensor2D, tf.mul(weights, tf.mul(tf.transpose(mask), scale)));
    } else {
      u = maskedProduct({ x: rows, kernel: weights }, call);
    }
    if (!bias || !maskBias) return biased(u, bias);
    const count = maskScope === 'batch' ? 1 : rows.shape[0]!;
    const ofBias = maskOf({ ...call, seed: biasSeed(seed) }, 0, count, outputs);
    return tf.add(u, tf.mul(tf.tensor2d(ofBias, [count, outputs]), tf.mul(bias, scale)));
  });
}

function biased(u: Tensor, bias: Tensor | null): Tensor {
  return bias ? tf.add(u, bias) : u;
}
