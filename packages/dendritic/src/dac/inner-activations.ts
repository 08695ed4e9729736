import { ArgumentError } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** The activations of a connection that kernels know; others run as compositions. */
export type InnerActivation = 'relu' | 'leakyRelu' | 'elu' | 'softplus';

/** How a connection answers: φ and its slope, given z = x + b. */
export interface InnerAttributes {
  readonly activation: InnerActivation;
  /** Slope of `'leakyRelu'` below 0. */
  readonly alpha: number;
  /** Whether inputs of {@link OUTSIDE} lie beyond an image and give 0 whatever φ is. */
  readonly padded: boolean;
}

/** Stands for an input beyond the image: a ReLU is closed there for every bias. */
export const OUTSIDE = -3e38;
const FAR_BELOW = -1e38;

interface InnerMath {
  readonly value: (z: Tensor, alpha: number) => Tensor;
  readonly slope: (z: Tensor, alpha: number) => Tensor;
  /** WGSL expressions in `z` and `alpha`. */
  readonly wgsl: { readonly value: string; readonly slope: string };
}

const wherePositive = (z: Tensor, above: Tensor, below: Tensor) => tf.where(tf.greater(z, 0), above, below);

export const innerActivations: Readonly<Record<InnerActivation, InnerMath>> = {
  relu: {
    value: (z) => tf.relu(z),
    slope: (z) => tf.cast(tf.greater(z, 0), 'float32'),
    // A NaN compares as false, and stays.
    wgsl: { value: 'select(z, 0.0, z <= 0.0)', slope: 'select(0.0, 1.0, z > 0.0)' },
  },
  leakyRelu: {
    value: (z, alpha) => tf.maximum(z, tf.mul(alpha, z)),
    slope: (z, alpha) => wherePositive(z, tf.onesLike(z), tf.fill(z.shape, alpha)),
    wgsl: { value: 'select(z, alpha * z, z <= 0.0)', slope: 'select(alpha, 1.0, z > 0.0)' },
  },
  elu: {
    value: (z) => tf.elu(z),
    slope: (z) => tf.exp(tf.minimum(z, 0)),
    wgsl: { value: 'select(z, exp(min(z, 0.0)) - 1.0, z <= 0.0)', slope: 'exp(min(z, 0.0))' },
  },
  softplus: {
    value: (z) => tf.softplus(z),
    slope: (z) => tf.sigmoid(z),
    wgsl: {
      value: 'max(z, 0.0) + log(1.0 + exp(-abs(z)))',
      slope: '1.0 / (1.0 + exp(-z))',
    },
  },
};

export function innerValue(z: Tensor, { activation, alpha, padded }: InnerAttributes): Tensor {
  return inside(z, innerActivations[activation].value(z, alpha), padded);
}

export function innerSlope(z: Tensor, { activation, alpha, padded }: InnerAttributes): Tensor {
  return inside(z, innerActivations[activation].slope(z, alpha), padded);
}

function inside(z: Tensor, value: Tensor, padded: boolean): Tensor {
  return padded ? tf.where(tf.greater(z, FAR_BELOW), value, tf.zerosLike(z)) : value;
}

export function isInnerActivation(name: unknown): name is InnerActivation {
  return typeof name === 'string' && Object.hasOwn(innerActivations, name);
}

/** Throws unless 0 ≤ α < 1. */
export function checkAlpha(where: string, argument: string, alpha: number): void {
  if (typeof alpha === 'number' && alpha >= 0 && alpha < 1) return;
  throw new ArgumentError({ where, argument, got: alpha, expected: 'a number in [0, 1)' });
}
