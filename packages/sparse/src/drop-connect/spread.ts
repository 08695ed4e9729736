import { defineOp } from '@arborize/core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

type Inputs = { x: Tensor; kernel: Tensor; bias: Tensor };

/**
 * s [B, N] = √(x²·kernel² + bias²): what masks spread, but for a factor. Its gradients take half as many passes over the kernel as
 * those of its parts would; they are 0 where s is.
 */
export const spread: (inputs: Inputs, attrs: object) => Tensor = defineOp<Inputs, object, Tensor>({
  name: 'DropConnectSpread',
  reference: ({ x, kernel, bias }) => {
    const squares = tf.matMul(tf.square(x) as Tensor2D, tf.square(kernel) as Tensor2D);
    return tf.sqrt(tf.add(squares, tf.square(bias)));
  },
  gradient: {
    saves: ['x', 'kernel', 'bias'],
    savesOutputs: true,
    // Made here and not in a thunk, so that all three gradients share it. Where s is 0, all its terms are.
    of: (ds, { x, kernel, bias }, _, outputs) => {
      // Derivatives of a gradient do not find their way through an output that the engine has saved.
      const s = tf.engine().isTapeOn() ? spread({ x, kernel, bias }, {}) : outputs[0]!;
      const share = tf.div(ds, tf.where(tf.greater(s, 0), s, tf.onesLike(s))) as Tensor2D;
      return {
        x: () => tf.mul(x, tf.matMul(share, tf.square(kernel) as Tensor2D, false, true)),
        kernel: () => tf.mul(kernel, tf.matMul(tf.square(x) as Tensor2D, share, true)),
        bias: () => tf.mul(bias, tf.sum(share, 0)),
      };
    },
  },
});
