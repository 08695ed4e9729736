import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** For each row of x [N, C] the prototype with the smallest Euclidean distance, the earliest among equals. */
export async function nearestPrototype(x: Tensor, prototypes: readonly Float32Array[]): Promise<Int32Array> {
  const count = prototypes.length;
  const width = x.shape[1]!;
  // |x − p|² without |x|², which is the same for every prototype.
  const distances = tf.tidy(() => {
    const p = tf.tensor2d(concatenated(prototypes, width), [count, width]);
    return tf.sub(tf.sum(tf.square(p), 1), tf.mul(tf.matMul(x as tf.Tensor2D, p, false, true), 2));
  });
  const values = await distances.data();
  distances.dispose();
  const nearest = new Int32Array(x.shape[0]!);
  for (let row = 0; row < nearest.length; row++) {
    let best = 0;
    for (let i = 1; i < count; i++) {
      if (values[row * count + i]! < values[row * count + best]!) best = i;
    }
    nearest[row] = best;
  }
  return nearest;
}

function concatenated(prototypes: readonly Float32Array[], width: number): Float32Array {
  const all = new Float32Array(prototypes.length * width);
  for (const [i, prototype] of prototypes.entries()) all.set(prototype, i * width);
  return all;
}
