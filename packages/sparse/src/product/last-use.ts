import type { Tensor } from '@tensorflow/tfjs-core';

/** Gradients made here, by the data of the activations that they belong to. */
const owners = new WeakMap<Tensor, object>();

/** A gradient made anew for some activations and given to nobody else. */
export function gradientFor(activations: Tensor, gradient: Tensor): Tensor {
  owners.set(gradient, activations.dataId);
  return gradient;
}

/**
 * Whether the op that made some activations is the last to read their gradient. TensorFlow.js keeps all gradients to the end
 * of the backward pass; one that is disposed of before makes room for the next, in memory that is still in the cache.
 */
export function isLastUse(gradient: Tensor, activations: Tensor): boolean {
  return owners.get(gradient) === activations.dataId;
}
