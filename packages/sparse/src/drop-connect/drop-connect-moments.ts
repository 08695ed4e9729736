import type { Tensor, Tensor2D, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { keepProbability } from './bernoulli-words.ts';
import { checkDropRate, type DropConnectOptions, productTensors } from './check-drop-connect.ts';

/** Mean and variance of each element; the caller disposes of both. */
export interface Moments {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/**
 * Mean and variance over all masks of what {@link dropConnectMatMul} gives: exact, at the cost of two dense products.
 *
 *     mean     = x·kernel + bias                     ('paper': times p)
 *     variance = (1 − p)/p · (x²·kernel² + bias²)    ('paper': times p²)
 *
 * p = 1 − rate is that of the masks, which are rounded to 1/65536. Without `maskBias` the bias is added to the mean as it is
 * and adds no variance.
 *
 * @param x [B, M].
 * @param kernel [M, N].
 * @returns Mean and variance [B, N], with gradients.
 * @throws ArgumentError if shapes do not fit or an option is out of range.
 * @example
 * const x = [[1, 2, -1]];
 * const kernel = [[0.2, -0.4], [0.7, 0.1], [-0.3, 0.5]];
 * const { mean, variance } = dropConnectMoments(x, kernel, { rate: 0.5, bias: [0.1, -0.2] });
 * mean.print(); // [[2, -0.9]]
 * variance.print(); // [[2.1, 0.49]]
 * @see Wan, Zeiler, Zhang, LeCun and Fergus, "Regularization of Neural Networks using DropConnect", ICML 2013, section 3.2.
 */
export function dropConnectMoments(
  x: Tensor | TensorLike,
  kernel: Tensor | TensorLike,
  options: DropConnectOptions = {},
): Moments {
  return tf.tidy(() => {
    const parts = momentParts('dropConnectMoments', x, kernel, options);
    return { mean: parts.mean, variance: varianceOf(parts) };
  });
}

/** The mean, and what the variance is made of: the tensors of a product whose bias, if it varies, is `bias`, and a factor. */
export interface MomentParts {
  readonly mean: Tensor;
  readonly x: Tensor2D;
  readonly kernel: Tensor2D;
  readonly bias: Tensor | null;
  readonly factor: number;
}

/** Call it in a `tidy`. */
export function momentParts(
  where: string,
  x: Tensor | TensorLike,
  kernel: Tensor | TensorLike,
  options: DropConnectOptions,
): MomentParts {
  const { rate = 0.5, scaling = 'inverted', maskBias = true } = options;
  checkDropRate(where, rate);
  const tensors = productTensors(where, x, kernel, options);
  const [rows, weights] = [tensors.x as Tensor2D, tensors.kernel as Tensor2D];
  const keep = keptShare(where, rate);
  const factor = scaling === 'inverted' ? 1 : keep;
  const masked = maskBias ? tensors.bias : null;

  const product = tf.matMul(rows, weights);
  const whole = masked ? tf.add(product, masked) : product;
  const scaled = factor === 1 ? whole : tf.mul(whole, factor);
  return {
    mean: tensors.bias && !masked ? tf.add(scaled, tensors.bias) : scaled,
    x: rows,
    kernel: weights,
    bias: masked,
    factor: ((1 - keep) / keep) * factor ** 2,
  };
}

/** factor · (x²·kernel² + bias²). */
export function varianceOf({ x, kernel, bias, factor }: MomentParts): Tensor {
  const squares = tf.matMul(tf.square(x), tf.square(kernel));
  return tf.mul(bias ? tf.add(squares, tf.square(bias)) : squares, factor);
}

/** The share of the weights that masks keep at a drop rate that is known to be in range. */
export function keptShare(where: string, rate: number): number {
  return rate === 0 ? 1 : keepProbability(where, 'options.rate', 1 - rate).value;
}
