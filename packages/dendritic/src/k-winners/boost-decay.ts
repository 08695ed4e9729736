import { Callback } from '@tensorflow/tfjs-layers';
import { KWinnersBase } from './k-winners-base.ts';

/**
 * A callback that multiplies the boost of every {@link KWinners} and {@link KWinners2D} by its `boostStrengthFactor` at
 * the end of each epoch.
 *
 * @example
 * await model.fit(xs, ys, { epochs: 10, callbacks: [boostDecay()] });
 */
export function boostDecay(): Callback {
  return new BoostDecay();
}

class BoostDecay extends Callback {
  override async onEpochEnd(): Promise<void> {
    for (const layer of this.model.layers) if (layer instanceof KWinnersBase) layer.decayBoost();
  }
}
