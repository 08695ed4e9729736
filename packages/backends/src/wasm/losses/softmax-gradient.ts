import { defineOp } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { fuseGradient } from '../fuse-gradient.ts';
import { lossModule, sizesOf } from './losses.ts';

/** y·(dy − Σ dy·y) over the last axis, in one pass. */
const softmaxGradient = defineOp<{ dy: Tensor; y: Tensor }, object, Tensor>({
  name: 'SoftmaxGradient',
  reference: ({ dy, y }) => tf.mul(y, tf.sub(dy, tf.sum(tf.mul(dy, y), -1, true))),
  kernels: {
    wasm({ inputs: { dy, y }, backend }) {
      const kernels = lossModule.on(backend);
      if (!kernels) return null;
      const dx = kernels.output(y.shape);
      const [from, at, to] = kernels.addresses(dy, y, dx);
      kernels.exports.softmaxGradient(from, at, to, ...sizesOf(y));
      return dx;
    },
  },
  gradient: {
    saves: ['y'],
    // With respect to dy alone: TensorFlow.js does not follow the outputs that a gradient reads. The Jacobian is symmetric.
    of: (ddx, { y }) => ({ dy: (): Tensor => softmaxGradient({ dy: ddx, y }, {}) }),
  },
});

/** Lets the gradient of softmax take one pass where the WASM backend is active; elsewhere nothing changes. */
export function fuseSoftmaxGradient(): void {
  fuseGradient('Softmax', (dy, [y], attrs) => {
    const { dim } = attrs as unknown as tf.SoftmaxAttrs;
    const isLast = dim === -1 || dim === y!.rank - 1;
    return isLast ? { logits: () => softmaxGradient({ dy, y: y! }, {}) } : null;
  });
}
