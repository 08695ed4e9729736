import { ArgumentError } from '@arborize/core';
import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type BaseLayerOptions, ElementwiseLayer } from '../elementwise/elementwise-layer.ts';
import { allReLU, allReLUSlope } from './all-relu.ts';

/** Options of the layer {@link AllReLU}. */
export interface AllReLULayerOptions extends BaseLayerOptions {
  /** Steepness α ≥ 0 of the negative side. Default 0.6. */
  readonly alpha?: number;
  /** Which hidden layer this is, from 1: odd ones take the slope −α, even ones +α. Default 1. */
  readonly hiddenLayer?: number;
}

/**
 * The activation {@link allReLU} as a layer that knows its place in the stack.
 *
 * Shapes: any in, the same out. No weights. {@link numberAllReLU} counts the places of a whole model.
 *
 * @throws ArgumentError if `hiddenLayer` is not a positive integer or `alpha` is negative.
 * @example
 * new AllReLU({ alpha: 0.6, hiddenLayer: 2 }).apply(tf.tensor2d([[-2, 2]])).print(); // [[-1.2, 2]]
 * @see Curci et al., "Truly Sparse Neural Networks at Scale", arXiv 2102.01732, section 3.
 */
export class AllReLU extends ElementwiseLayer {
  static className = 'AllReLU';
  private readonly alpha: number;
  private hiddenLayer: number;
  private slope: number;

  constructor(options: AllReLULayerOptions = {}) {
    super(options);
    const { alpha = 0.6, hiddenLayer = 1 } = options;
    this.slope = allReLUSlope(hiddenLayer, alpha);
    this.alpha = alpha;
    this.hiddenLayer = hiddenLayer;
  }

  /** Moves the layer to another place in the stack. */
  setHiddenLayer(hiddenLayer: number): void {
    this.slope = allReLUSlope(hiddenLayer, this.alpha);
    this.hiddenLayer = hiddenLayer;
  }

  protected override activate(x: Tensor): Tensor {
    return allReLU(x, this.slope);
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), alpha: this.alpha, hiddenLayer: this.hiddenLayer };
  }
}

/**
 * Numbers the `AllReLU` layers of a model from its input on, so that their slopes alternate −α, +α, −α, …
 *
 * @throws ArgumentError if the model has no such layer.
 * @example
 * const dense = () => tf.layers.dense({ units: 8, inputShape: [8] });
 * numberAllReLU(tf.sequential({ layers: [dense(), new AllReLU(), dense(), new AllReLU()] }));
 * @see Curci et al., "Truly Sparse Neural Networks at Scale", arXiv 2102.01732, section 3.
 */
export function numberAllReLU(model: LayersModel): void {
  const layers = model.layers.filter((layer) => layer instanceof AllReLU);
  if (layers.length === 0) {
    throw new ArgumentError({
      where: 'numberAllReLU',
      argument: 'model',
      got: model.name,
      expected: 'a model with AllReLU layers',
    });
  }
  for (const [index, layer] of layers.entries()) layer.setHiddenLayer(index + 1);
}
