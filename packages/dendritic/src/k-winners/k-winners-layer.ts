import { ArgumentError } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { roundHalfEven } from '../sparse-weights/sparse-mask.ts';
import type { Shape } from '../stock-layers/input-shape.ts';
import { type KWinnersOptions, winners } from './k-winners.ts';
import { KWinnersBase } from './k-winners-base.ts';
import { checkedK, type KWinnersLayerOptions } from './k-winners-options.ts';

/**
 * The activation {@link kWinners} as a layer: the largest `percentOn` of a sample's values pass, all others are 0.
 *
 * Winners in training are k = percentOn·N (halves rounded to even), at inference ⌊k·kInferenceFactor⌋. With
 * `boostStrength` units that won often are held back, so that all take part; give {@link boostDecay} to `fit` then.
 *
 * Shapes: [B, N] in and out. Weights, none trainable: `dutyCycle` [N], `samples` [], `boostStrength` [].
 *
 * @throws ArgumentError for an option out of range, another rank, or when not even one could win.
 * @example
 * const model = tf.sequential({
 *   layers: [tf.layers.dense({ units: 100, inputShape: [784] }), new KWinners({ percentOn: 0.05 })],
 * });
 * model.outputs[0].shape; // [null, 100]; five of a sample's hundred are on
 * @see Ahmad and Scheinkman, "How Can We Be So Dense?", arXiv 1903.11257, §3.
 */
export class KWinners extends KWinnersBase {
  static className = 'KWinners';

  constructor(options: KWinnersLayerOptions) {
    super('KWinners', options);
  }

  protected override winners(inputShape: Shape, training: boolean): number {
    const units = inputShape.at(-1);
    if (inputShape.length !== 2 || units == null) {
      const expected = 'of shape [samples, units]';
      throw new ArgumentError({ where: 'KWinners', argument: 'x', got: [...inputShape], expected });
    }
    const { percentOn, kInferenceFactor } = this.settings;
    const k = roundHalfEven(units * percentOn);
    if (training) return checkedK('KWinners', k, units, percentOn);
    return checkedK('KWinners', Math.floor(k * kInferenceFactor), units, percentOn, kInferenceFactor);
  }

  protected override keep(x: Tensor, options: KWinnersOptions): Tensor {
    return winners(x, options, 'KWinners')[0];
  }
}
