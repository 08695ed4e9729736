import * as tf from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';

export type Weight = ReturnType<layers.Layer['addWeight']>;

/**
 * Gives a weight another value, whose size may differ. tfjs-layers knows no weight that changes its size, so the variable
 * behind it is exchanged for one of the same name, which optimisers and models find as before.
 *
 * @param value Is disposed of.
 */
export function replaceWeight(weight: Weight, value: tf.Tensor): void {
  const variable = weight.read() as tf.Variable;
  if (tf.util.arraysEqual(variable.shape, value.shape)) {
    variable.assign(value);
  } else {
    const { name, trainable, dtype } = variable;
    variable.dispose();
    Object.assign(weight, { val: tf.variable(value, trainable, name, dtype), shape: value.shape });
  }
  value.dispose();
}
