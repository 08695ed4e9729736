import { Random } from '@arborize/core';
import { type Array64, array64 } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';

/** Values of N(0, 1) that float32 holds exactly. */
export function noise64(shape: readonly number[], seed: number): Array64 {
  const random = new Random(seed);
  return array64(
    shape,
    Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => random.normal()),
  );
}

export function toTensor({ shape, values }: Array64): tf.Tensor {
  return tf.tensor(Float32Array.from(values), [...shape]);
}
