import type * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import { type BaseLayerOptions, constant, ElementwiseLayer } from '../elementwise/elementwise-layer.ts';
import { type NishOptions, type NishVariant, nish, nishConstants } from './nish.ts';
import { trainableNish } from './trainable-nish.ts';

/** Options of the layer {@link Nish}. */
export interface NishLayerOptions extends NishOptions, BaseLayerOptions {
  /** Whether a and b are scalar weights that training changes; the paper has no such constants. Default `false`. */
  readonly constantsTrainable?: boolean;
}

/**
 * The activation {@link nish} as a layer, with its constants in the saved model.
 *
 * Shapes: any in, the same out. Weights: none, or the scalars `a` and `b` with `constantsTrainable`.
 *
 * @throws ArgumentError for an unknown variant or a constant that is not finite.
 * @example
 * registerActivations();
 * const model = tf.sequential({
 *   layers: [
 *     tf.layers.dense({ units: 16, inputShape: [4], kernelInitializer: 'heNormal' }),
 *     new Nish({ variant: 'sinlu' }),
 *   ],
 * });
 * model.outputs[0].shape; // [null, 16]
 * @see Anagün and Işık, "Nish: A Novel Negative Stimulated Hybrid Activation Function", arXiv 2210.09083.
 */
export class Nish extends ElementwiseLayer {
  static className = 'Nish';
  private readonly options: Required<NishOptions>;
  private readonly constantsTrainable: boolean;
  private a?: LayerVariable;
  private b?: LayerVariable;

  constructor(options: NishLayerOptions = {}) {
    super(options);
    const { variant = 'product', a = 1, b = 1, constantsTrainable = false } = options;
    nishConstants({ variant, a, b });
    this.options = { variant, a, b };
    this.constantsTrainable = constantsTrainable;
  }

  override build(inputShape: (number | null)[]): void {
    if (this.constantsTrainable) {
      this.a = this.addWeight('a', [], 'float32', constant(this.options.a));
      this.b = this.addWeight('b', [], 'float32', constant(this.options.b));
    }
    super.build(inputShape);
  }

  protected override activate(x: Tensor): Tensor {
    if (!this.a || !this.b) return nish(x, this.options);
    return trainableNish(x, this.a.read(), this.b.read(), this.options.variant as NishVariant);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.options, constantsTrainable: this.constantsTrainable };
  }
}
