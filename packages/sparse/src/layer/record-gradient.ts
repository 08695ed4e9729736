import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Gets the input x [B, inputs] of a layer and the gradient of its x·W + bias, [B, units]; it disposes of both. */
export type GradientRecorder = (x: Tensor, dz: Tensor) => void;

/** z as it is, whose gradient is handed to the recorder on its way back. */
export function recordGradient(x: Tensor, z: Tensor, recorder: GradientRecorder): Tensor {
  const tap = tf.customGrad((value, save) => {
    (save as tf.GradSaveFunc)([x]);
    return {
      value: tf.clone(value as Tensor),
      gradFunc: (dz: Tensor, [input]: Tensor[]) => {
        recorder(tf.keep(tf.clone(input!)), tf.keep(tf.clone(dz)));
        return dz;
      },
    };
  });
  return tap(z);
}
