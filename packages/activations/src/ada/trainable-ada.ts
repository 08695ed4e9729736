import { defineOp } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { adaSlope, adaValue, bumpParts } from './reference.ts';

type Inputs = { x: Tensor; alpha: Tensor; c: Tensor };

// A composition on every backend: the reductions that dα and dc need are stock kernels already.
const op = defineOp<Inputs, { leak: number }, Tensor>({
  name: 'TrainableAda',
  reference: ({ x, alpha, c }, { leak }) => adaValue(x, { alpha, c, leak }),
  gradient: {
    saves: ['x', 'alpha', 'c'],
    of: (dy, { x, alpha, c }, { leak }) => ({
      x: () => tf.mul(dy, adaSlope(x, { alpha, c, leak })),
      alpha: () => sumTo(alpha, tf.mul(dy, tf.neg(tf.mul(bumpParts(x, alpha, c).q, bump(x, alpha, c))))),
      c: () => sumTo(c, tf.mul(dy, bump(x, alpha, c))),
    }),
  },
});

function bump(x: Tensor, alpha: Tensor, c: Tensor): Tensor {
  return adaValue(x, { alpha, c, leak: 0 });
}

/** Sums over the axes along which `parameter` was broadcast. */
function sumTo(parameter: Tensor, gradient: Tensor): Tensor {
  const missing = gradient.rank - parameter.rank;
  const axes = gradient.shape.flatMap((size, axis) =>
    axis < missing || parameter.shape[axis - missing] !== size ? [axis] : [],
  );
  return tf.reshape(tf.sum(gradient, axes), parameter.shape);
}

/** ADA whose α and c are tensors that broadcast to the shape of `x` and receive gradients. */
export function trainableAda(x: Tensor, alpha: Tensor, c: Tensor, leak: number): Tensor {
  return op({ x, alpha, c }, { leak });
}
