import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { contextsFor, type GatedLayer } from './contexts-for.ts';

/**
 * Which segment of each unit wins for contexts, to look at: where one segment wins for all of them, the others are idle; tf.bincount
 * makes a histogram of it.
 *
 *     winner = argmax_s |d_s|, or argmax_s d_s, by the layer's `mode`; the lowest index among equals
 *
 * @param layer Built, with segments.
 * @param contexts [D, C].
 * @returns [D, units], int32; the caller disposes of it.
 * @throws ArgumentError for contexts of another width, or a layer that is not built or has no segments.
 * @example
 * winningSegments(layer, [[1, 0], [0, 1]]).print(); // e.g. [[1, 0, 1], [0, 1, 1]] of 3 units with 2 segments
 * @see Iyer et al., "Avoiding Catastrophe", arXiv 2201.00042.
 */
export function winningSegments(layer: GatedLayer, contexts: Tensor | TensorLike): Tensor {
  return tf.tidy(() => layer.dendrites.winners(contextsFor('winningSegments', layer, contexts)));
}
