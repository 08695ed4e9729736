import { ArgumentError } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {
  checkAlpha,
  type InnerActivation,
  type InnerAttributes,
  isInnerActivation,
} from './inner-activations.ts';
import { product } from './product.ts';

/** What happens in a connection. */
export interface ConnectionOptions {
  /**
   * φ: one of the names that have kernels, or any function of tensors that keeps the shape, which runs as a composition
   * and is differentiated as one. Default `'relu'`.
   */
  readonly activation?: InnerActivation | ((z: Tensor) => Tensor);
  /** Slope of `'leakyRelu'` below 0, in [0, 1). Default 0.2. */
  readonly alpha?: number;
}

/** Groups of at least this many outputs are served by an ordinary product each, smaller ones by a bias for each output. */
const WIDE_GROUP = 8;

/** The attributes of the kernels, or the function that they cannot serve. */
export function checkConnection(
  where: string,
  { activation = 'relu', alpha = 0.2 }: ConnectionOptions,
): Omit<InnerAttributes, 'padded'> | ((z: Tensor) => Tensor) {
  if (typeof activation === 'function') return activation;
  checkAlpha(where, 'options.alpha', alpha);
  if (isInnerActivation(activation)) return { activation, alpha };
  throw new ArgumentError({
    where,
    argument: 'options.activation',
    got: activation,
    expected: "'relu', 'leakyRelu', 'elu', 'softplus' or a function of a tensor",
  });
}

/** z [B, O] of x [B, I], kernel [I, O] and bias [I, G]; all shapes checked. */
export function connect(
  where: string,
  x: Tensor,
  kernel: Tensor,
  bias: Tensor,
  options: ConnectionOptions,
): Tensor {
  const connection = checkConnection(where, options);
  if (typeof connection === 'function') return compose(x, kernel, bias, connection);
  return product({ x, kernel, bias: spread(bias, kernel.shape[1]!) }, { ...connection, padded: false });
}

/** A bias [I, G] as kernels like it: for every output, unless groups are wide. */
export function spread(bias: Tensor, outputs: number): Tensor {
  const [inputs, groups] = bias.shape as [number, number];
  const width = outputs / groups;
  if (width === 1 || width >= WIDE_GROUP) return bias;
  return tf.reshape(tf.mul(tf.expandDims(bias, 2), tf.ones([1, 1, width])), [inputs, outputs]);
}

/** Any activation, group by group, on the tape. */
export function compose(x: Tensor, kernel: Tensor, bias: Tensor, activation: (z: Tensor) => Tensor): Tensor {
  const groups = bias.shape[1]!;
  const kernels = tf.split(kernel, groups, 1);
  const biases = tf.split(tf.transpose(bias), groups);
  return tf.concat(
    kernels.map((part, g) => tf.matMul(activation(tf.add(x, biases[g]!)), part)),
    1,
  );
}
