import { Initializer } from '@arborize/core';
import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';

/** A layer's `addWeight`, as far as it is needed here. */
export type AddWeight = (
  name: string,
  shape: number[],
  dtype: DataType,
  initializer: Initializer,
  regularizer: undefined,
  trainable: boolean,
) => LayerVariable;

/** Starts a weight with the given tensor, which stays the caller's. */
export function constantInitializer(value: Tensor): Initializer {
  return new Given(value);
}

class Given extends Initializer {
  static className = 'Given';

  constructor(private readonly value: Tensor) {
    super();
  }

  override apply(): Tensor {
    return tf.clone(this.value);
  }
}
