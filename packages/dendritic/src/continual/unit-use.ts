import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { dendriticLayers } from '../active/held-layer.ts';

/**
 * Which units a model uses: for each unit, or channel, of a layer the share of samples (and pixels) in which its output
 * is above 0.
 *
 * @param model Takes x, or [x, context].
 * @param layer Its name, e.g. of a {@link KWinners} layer.
 * @param xs Samples [N, …].
 * @param context [C], for a model that takes one.
 * @returns [units], in [0, 1].
 * @example
 * const use = await unitUse(model, 'k_winners_KWinners1', xs, contexts.context(0));
 */
export async function unitUse(
  model: tfl.LayersModel,
  layer: string,
  xs: Tensor,
  context?: TensorLike,
): Promise<Float32Array> {
  const part = tfl.model({
    inputs: model.inputs,
    outputs: model.getLayer(layer).output as tfl.SymbolicTensor,
  });
  const held = dendriticLayers(model);
  if (context) for (const each of held) each.holdContext(context, { learn: false });
  const share = tf.tidy(() => {
    const width = model.inputs[1]?.shape.at(-1);
    const inputs = width ? [xs, tf.zeros([xs.shape[0]!, width])] : xs;
    const y = part.predict(inputs, { batchSize: 500 }) as Tensor;
    return tf.mean(tf.cast(tf.greater(tf.reshape(y, [-1, y.shape.at(-1)!]), 0), 'float32'), 0);
  });
  if (context) for (const each of held) each.releaseContext();
  const values = (await share.data()) as Float32Array;
  share.dispose();
  return values;
}

/**
 * How far two tasks use the same units: Σ min(a, b) / Σ max(a, b) of what {@link unitUse} gave, from 0, none in common, to 1,
 * the same.
 *
 * @example
 * useOverlap([1, 0.5, 0], [0, 0.5, 1]); // 0.2
 */
export function useOverlap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let common = 0;
  let all = 0;
  for (let i = 0; i < a.length; i++) {
    common += Math.min(a[i]!, b[i]!);
    all += Math.max(a[i]!, b[i]!);
  }
  return all > 0 ? common / all : 0;
}
