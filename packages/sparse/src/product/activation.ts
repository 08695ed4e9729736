import { defineOp, keepMask } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type Activation, batchOf } from './product-call.ts';
import * as wasm from './wasm.ts';

type PassInputs = { from: Tensor; signs: Tensor };

/**
 * from · f′ · mask: the gradient of an activation f, which is the identity above 0 and has a slope below.
 *
 * Signs tell where z was above 0: z itself, or y unless the slope is negative, or truth values; on WASM also bits.
 */
export const pass: (inputs: PassInputs, activation: Activation) => Tensor = defineOp<
  PassInputs,
  Activation,
  Tensor
>({
  name: 'SparseMatrixPass',
  reference({ from, signs }, { slope, mask, layout }) {
    const isPositive = tf.greater(tf.cast(signs, 'float32'), 0);
    const passed = slope === 1 ? from : tf.where(isPositive, from, tf.mul(from, slope));
    if (!mask) return passed;
    const batch = batchOf(from, layout);
    const kept = tf.tensor2d(keepMask(mask.seed, batch, from.size / batch, mask), [batch, from.size / batch]);
    return tf.mul(passed, layout === 'batchMajor' ? kept : tf.transpose(kept));
  },
  kernels: { wasm: ({ inputs: { from, signs }, attrs, backend }) => wasm.pass(from, signs, attrs, backend) },
  gradient: {
    saves: ['signs'],
    of: (dy, { signs }, activation) => ({
      from: () => pass({ from: dy, signs }, activation),
      signs: () => tf.zeros(signs.shape),
    }),
  },
});

/** f(z) · mask: z · f′ · mask. */
export function activation(z: Tensor, call: Activation): Tensor {
  const { slope, mask } = call;
  // A number below 0 times 0 would be −0.
  const from = slope === 0 ? tf.relu(z) : z;
  return mask || !(slope === 0 || slope === 1) ? pass({ from, signs: from }, call) : from;
}
