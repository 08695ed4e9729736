import { defineOp } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { NishVariant } from './nish.ts';
import { negativeBranch, nishSlope, nishValue } from './reference.ts';

type Inputs = { x: Tensor; a: Tensor; b: Tensor };

// A composition on every backend: the reductions that da and db need are stock kernels already.
const op = defineOp<Inputs, { p: number }, Tensor>({
  name: 'TrainableNish',
  reference: ({ x, a, b }, { p }) => nishValue(x, { p, a, b }),
  gradient: {
    saves: ['x', 'a', 'b'],
    of(dy, { x, a, b }, { p }) {
      // Where x > 0 both derivatives are 0, and so is z, hence sin and z·cos(bz) need only the sigmoid's weight.
      const weighted = (value: (z: Tensor) => Tensor) => {
        const { z, sigmoid } = negativeBranch(x, { p, a, b });
        return tf.sum(tf.mul(dy, tf.mul(value(z), sigmoid)));
      };
      return {
        x: () => tf.mul(dy, nishSlope(x, { p, a, b })),
        a: () => weighted((z) => tf.sin(tf.mul(z, b))),
        b: () => weighted((z) => tf.mul(a, tf.mul(z, tf.cos(tf.mul(z, b))))),
      };
    },
  },
});

/** Nish whose constants a and b are scalar tensors that receive gradients. */
export function trainableNish(x: Tensor, a: Tensor, b: Tensor, variant: NishVariant): Tensor {
  return op({ x, a, b }, { p: variant === 'sinlu' ? 1 : 0 });
}
