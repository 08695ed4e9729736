import { ArgumentError } from '@arborize/core';
import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import { roundHalfEven } from '../sparse-weights/sparse-mask.ts';
import type { Shape } from '../stock-layers/input-shape.ts';
import { type KWinnersOptions, winners2d } from './k-winners.ts';
import { KWinnersBase } from './k-winners-base.ts';
import { checkedK, type KWinnersLayerOptions } from './k-winners-options.ts';

/** Options of {@link KWinners2D}. */
export interface KWinners2DLayerOptions extends KWinnersLayerOptions {
  /** `false` (default): winners among all H·W·C values of a sample; `true`: among the channels at each pixel. */
  readonly local?: boolean;
}

/**
 * The activation {@link kWinners2d} as a layer. Winners in training are k = percentOn·candidates, at inference
 * k = percentOn·kInferenceFactor·candidates, halves rounded to even; the duty cycle of a channel is the share of its
 * pixels that are on.
 *
 * Shapes: [B, H, W, C] in and out. Weights, none trainable: `dutyCycle` [C], `samples` [], `boostStrength` [].
 *
 * @throws ArgumentError for an option out of range, another rank, an unknown size, or when not even one could win.
 * @example
 * const layer = new KWinners2D({ percentOn: 0.2, inputShape: [12, 12, 24] });
 * tf.sequential({ layers: [layer] }).outputs[0].shape; // [null, 12, 12, 24]
 * @see Ahmad and Scheinkman, "How Can We Be So Dense?", arXiv 1903.11257, §3.
 */
export class KWinners2D extends KWinnersBase {
  static className = 'KWinners2D';
  private readonly local: boolean;

  constructor(options: KWinners2DLayerOptions) {
    super('KWinners2D', options);
    this.local = options.local ?? false;
  }

  protected override winners(inputShape: Shape, training: boolean): number {
    const sizes = inputShape.slice(1);
    if (inputShape.length !== 4 || sizes.includes(null)) {
      const expected = 'of shape [samples, height, width, channels]';
      throw new ArgumentError({ where: 'KWinners2D', argument: 'x', got: [...inputShape], expected });
    }
    const [height, width, channels] = sizes as [number, number, number];
    const candidates = this.local ? channels : height * width * channels;
    const { percentOn, kInferenceFactor } = this.settings;
    const factor = training ? undefined : kInferenceFactor;
    const k = roundHalfEven(candidates * percentOn * (factor ?? 1));
    return checkedK('KWinners2D', k, candidates, percentOn, factor);
  }

  protected override keep(x: Tensor, options: KWinnersOptions): Tensor {
    return winners2d(x, { ...options, local: this.local }, 'KWinners2D')[0];
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), local: this.local };
  }
}
