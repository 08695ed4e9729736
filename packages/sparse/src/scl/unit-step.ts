import { defineOp, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkProxy, type StepProxy, timesSlope } from './proxy.ts';

/** Options of the ops with a straight-through gradient. */
export interface ProxyOptions {
  /** What stands for the derivative of the step. Default `'identity'`. */
  readonly proxy?: StepProxy;
}

const op = /* @__PURE__ */ defineOp<{ mask: Tensor }, Required<ProxyOptions>, Tensor>({
  name: 'UnitStep',
  reference: ({ mask }) => tf.where(tf.greater(mask, 0), tf.onesLike(mask), tf.zerosLike(mask)),
  gradient: {
    saves: ['mask'],
    of: (dy, { mask }, { proxy }) => ({ mask: () => timesSlope(tf.clone(dy), mask, proxy) }),
  },
});

/**
 * The unit step with a straight-through gradient: learned gates that are 0 or 1.
 *
 *     H(m) = 1 for m > 0, else 0;   gradient: h′(m)·dy with h′ = 1, or that of another positive proxy
 *
 * @param mask Any shape.
 * @returns Of the same shape; the caller disposes of it.
 * @throws ArgumentError for a proxy that is not known, or an input that is not numbers.
 * @example
 * unitStep([0.1, -0.2, 0]).print(); // [1, 0, 0]
 * @see Tang et al., "Automatic Sparse Connectivity Learning for Neural Networks", arXiv 2201.05020.
 */
export function unitStep(mask: Tensor | TensorLike, { proxy = 'identity' }: ProxyOptions = {}): Tensor {
  checkProxy('unitStep', proxy);
  return tf.tidy(() => op({ mask: toFloatTensor(mask, 'unitStep', 'mask') }, { proxy }));
}
