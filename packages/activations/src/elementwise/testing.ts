import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Ranks 0 to 6, no elements, one, whole vectors of four and tails of every length. */
export const everyShape: readonly (readonly number[])[][] = [
  [[5, 7]],
  [[]],
  [[0]],
  [[3, 0, 2]],
  [[1]],
  [[2]],
  [[3]],
  [[4]],
  [[4, 33]],
  [[2, 3, 4]],
  [[2, 1, 3, 3]],
  [[2, 2, 2, 2, 2]],
  [[2, 1, 2, 1, 2, 3]],
  [[64, 65]],
];

/** The values of an activation at `xs` and its derivatives there. */
export async function valueAndSlope(activation: (x: Tensor) => Tensor, xs: readonly number[]) {
  const x = tf.tensor1d([...xs]);
  const y = activation(x);
  const dx = tf.grad(activation)(x);
  const [values, slopes] = await Promise.all([y.data<'float32'>(), dx.data<'float32'>()]);
  tf.dispose([x, y, dx]);
  return { values, slopes };
}
