import { ArgumentError, defineOp, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkProxy, type StepProxy, timesSlope } from './proxy.ts';
import type { ProxyOptions } from './unit-step.ts';
import { openOnWasm } from './wasm.ts';

type Inputs = { readonly weights: Tensor; readonly mask: Tensor };

/** The op behind {@link maskedKernel}, for callers that have checked. */
export const openWeights: (inputs: Inputs & tf.NamedTensorMap, attrs: { proxy: StepProxy }) => Tensor =
  /* @__PURE__ */ defineOp<Inputs & tf.NamedTensorMap, { proxy: StepProxy }, Tensor>({
    name: 'OpenWeights',
    reference: ({ weights, mask }) => tf.where(tf.greater(mask, 0), weights, tf.zerosLike(weights)),
    kernels: { wasm: ({ inputs: { weights, mask }, backend }) => openOnWasm(weights, mask, backend) },
    gradient: {
      saves: ['weights', 'mask'],
      of: (dy, { weights, mask }, { proxy }) => ({
        weights: () => openWeights({ weights: dy, mask }, { proxy }),
        mask: () => timesSlope(tf.mul(dy, weights), mask, proxy),
      }),
    },
  });

/**
 * Weights where their mask is open, 0 elsewhere; both learn.
 *
 *     e = w·H(m),   H(m) = 1 for m > 0, else 0
 *     dw = de·H(m),   dm = de·w·h′(m)   with h′ = 1 straight through the step, or that of another positive proxy
 *
 * A closed weight has no gradient and stays as it is, while its mask has one: where opening it would lower the loss, m rises.
 *
 * @param weights Any shape.
 * @param mask The same shape.
 * @returns Of the same shape; the caller disposes of it.
 * @throws ArgumentError if the shapes differ, or for a proxy that is not known.
 * @example
 * maskedKernel([[0.2, -0.4], [0.7, 0.1]], [[0.1, -0.2], [0.05, 0]]).print(); // [[0.2, 0], [0.7, 0]]
 * @see Tang et al., "Automatic Sparse Connectivity Learning for Neural Networks", arXiv 2201.05020.
 */
export function maskedKernel(
  weights: Tensor | TensorLike,
  mask: Tensor | TensorLike,
  { proxy = 'identity' }: ProxyOptions = {},
): Tensor {
  const where = 'maskedKernel';
  checkProxy(where, proxy);
  return tf.tidy(() => {
    const inputs = {
      weights: toFloatTensor(weights, where, 'weights'),
      mask: toFloatTensor(mask, where, 'mask'),
    };
    checkShape(where, 'mask', inputs.mask, inputs.weights);
    return openWeights(inputs, { proxy });
  });
}

/** Throws unless a tensor has the shape of the weights. */
export function checkShape(where: string, argument: string, got: Tensor, weights: Tensor): void {
  if (tf.util.arraysEqual(got.shape, weights.shape)) return;
  const expected = `a tensor of the weights' shape [${weights.shape.join(', ')}]`;
  throw new ArgumentError({ where, argument, got, expected });
}
