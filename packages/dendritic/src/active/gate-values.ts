import { ArgumentError, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { ActiveDendriteConv2D } from './active-dendrite-conv-2d.ts';
import type { ActiveDendriteDense } from './active-dendrite-dense.ts';

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
export function gateValues(
  layer: ActiveDendriteDense | ActiveDendriteConv2D,
  contexts: Tensor | TensorLike,
): Tensor {
  const { width } = layer.dendrites;
  return tf.tidy(() => {
    const rows = toFloatTensor(contexts, 'gateValues', 'contexts');
    if (rows.rank !== 2 || rows.shape[1] !== width) {
      const expected = `of shape [contexts, ${width}]`;
      throw new ArgumentError({ where: 'gateValues', argument: 'contexts', got: rows, expected });
    }
    return tf.sigmoid(layer.dendrites.activations(rows));
  });
}
