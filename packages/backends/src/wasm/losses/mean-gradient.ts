import { defineOp } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { fuseGradient } from '../fuse-gradient.ts';
import { lossModule } from './losses.ts';

/** dy / n, n times: the gradient of a mean over all numbers of a shape. */
const meanGradient = defineOp<{ dy: Tensor }, { shape: number[] }, Tensor>({
  name: 'MeanGradient',
  reference: ({ dy }, { shape }) =>
    tf.div(tf.mul(tf.reshape(dy, []), tf.ones(shape)), tf.util.sizeFromShape(shape)),
  kernels: {
    wasm({ inputs: { dy }, attrs: { shape }, backend }) {
      const kernels = lossModule.on(backend);
      if (!kernels) return null;
      const dx = kernels.output(shape);
      kernels.exports.meanGradient(kernels.address(dy), kernels.address(dx), tf.util.sizeFromShape(shape));
      return dx;
    },
  },
  gradient: {
    saves: ['dy'],
    of: (ddx, { dy }) => ({ dy: () => tf.reshape(tf.mean(ddx), dy.shape) }),
  },
});

/** Lets the gradient of a mean over everything, as that of a loss over its batch, take one pass on WASM. */
export function fuseMeanGradient(): void {
  fuseGradient('Mean', (dy, [x]) =>
    dy.size === 1 ? { x: () => meanGradient({ dy }, { shape: x!.shape }) } : null,
  );
}
