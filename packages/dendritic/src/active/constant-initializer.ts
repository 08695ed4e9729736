import { Initializer } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

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
