import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { BaseLayerOptions } from '../elementwise/elementwise-layer.ts';
import { checkLayerOptions, gatedShape, type LogicalLayerOptions, layerConfig } from './layer-options.ts';
import { applyLogical, type LogicalOptions } from './logical-activation.ts';

/** Options of the layer {@link LogicalActivation}. */
export interface LogicalActivationLayerOptions extends LogicalLayerOptions, BaseLayerOptions {
  /** The channel axis of the input, the batch being axis 0; negative counts from the end. Default −1. */
  readonly axis?: number;
}

type Shape = (number | null)[];

/**
 * The activation {@link logicalActivation} as a layer: logical gates on groups of adjacent channels.
 *
 * Shapes: [B, …, C] in, [B, …, m·C/k] out for m duplicated gates, [B, …, C/k] for a partition. No weights. With
 * normalized gates, initialise the layer before with `leCunNormal`, which keeps pre-activations at unit variance.
 *
 * @throws ArgumentError for bad options, and on building if the channels do not divide.
 * @example
 * const model = tf.sequential({
 *   layers: [
 *     tf.layers.dense({ units: 32, inputShape: [8], kernelInitializer: 'leCunNormal' }),
 *     new LogicalActivation({ ops: ['and', 'or', 'xnor'] }),
 *   ],
 * });
 * model.outputs[0].shape; // [null, 48]
 * @see Lowe et al., "Logical Activation Functions", NeurIPS 2022, arXiv 2110.11940.
 */
export class LogicalActivation extends tfl.layers.Layer {
  static className = 'LogicalActivation';
  private readonly options: Required<LogicalOptions>;

  constructor(options: LogicalActivationLayerOptions = {}) {
    super(options);
    this.options = checkLayerOptions('LogicalActivation', options, options.axis ?? -1);
  }

  override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown>): Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      return applyLogical('LogicalActivation', x, this.options);
    });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
    return gatedShape('LogicalActivation', shape, this.options);
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), ...layerConfig(this.options), axis: this.options.axis };
  }
}
