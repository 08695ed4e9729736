import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { contextsFor, type GatedLayer } from './contexts-for.ts';

/**
 * The gates σ(a) of a layer for contexts, to look at: where all of them lie between 0.4 and 0.6, gating does almost
 * nothing, and segments want a larger `contextGain`.
 *
 * @param layer Built, with segments.
 * @param contexts [D, C].
 * @returns [D, units], in (0, 1); the caller disposes of it.
 * @throws ArgumentError for contexts of another width.
 * @example
 * gateValues(layer, [[1, 0], [0, 1]]).print();
 */
export function gateValues(layer: GatedLayer, contexts: Tensor | TensorLike): Tensor {
  return tf.tidy(() => tf.sigmoid(layer.dendrites.activations(contextsFor('gateValues', layer, contexts))));
}
