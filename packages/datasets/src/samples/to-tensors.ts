import * as tf from '@tensorflow/tfjs-core';
import { type Samples, sampleSize } from './samples.ts';

export interface ToTensorsOptions {
  /** Hands each example over as one row. Default `false`. */
  readonly flatten?: boolean;
}

/**
 * Copies samples into tensors that `model.fit` takes.
 *
 * @returns `xs` of shape `[count, ...shape]`, or `[count, size]` if flattened; `ys` one-hot `[count, classes]`, or
 *   `[count, 1]` for regression. Both are float32 and the caller's to dispose of.
 *
 * @example
 * const { xs, ys } = toTensors(xor({ count: 100, seed: 0 }));
 * [xs.shape, ys.shape]; // [[100, 2], [100, 2]]
 */
export function toTensors(
  samples: Samples,
  { flatten = false }: ToTensorsOptions = {},
): { xs: tf.Tensor; ys: tf.Tensor } {
  const { count, shape, classes } = samples;
  const inputShape = flatten ? [sampleSize(samples)] : shape;
  return {
    // A tensor on the CPU keeps the array it is given.
    xs: tf.tensor(samples.xs.slice(), [count, ...inputShape], 'float32'),
    ys: tf.tensor(targets(samples), [count, classes || 1], 'float32'),
  };
}

function targets({ ys, classes, count }: Samples): Float32Array {
  if (classes === 0) return Float32Array.from(ys);
  const oneHot = new Float32Array(count * classes);
  for (const [i, label] of ys.entries()) oneHot[i * classes + label] = 1;
  return oneHot;
}
