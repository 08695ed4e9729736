import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

type LayerConfig = ConstructorParameters<typeof tfl.layers.Layer>[0];
type Shape = (number | null)[];

/** What every layer of tfjs-layers accepts: `name`, `trainable`, `inputShape`, `batchSize`, … */
export type BaseLayerOptions = NonNullable<LayerConfig>;

/** A layer that maps one tensor to one of the same shape, and lets masks pass. */
export abstract class ElementwiseLayer extends tfl.layers.Layer {
  constructor(options: BaseLayerOptions) {
    super(options);
    this.supportsMasking = true;
  }

  /** The activation of one tensor; runs inside a tidy. */
  protected abstract activate(x: Tensor): Tensor;

  override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown>): Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      return this.activate(Array.isArray(inputs) ? inputs[0]! : inputs);
    });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return inputShape;
  }
}

/** Initialises a scalar or per-channel weight with one value. */
export function constant(value: number) {
  return tfl.initializers.constant({ value });
}
