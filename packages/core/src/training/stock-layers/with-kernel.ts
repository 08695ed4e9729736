import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';

/**
 * Runs `use` while a built layer reads this tensor for its kernel, so that the stock product, with all its options, is taken
 * with it. Gradients go through the tensor, to whatever it was computed from.
 *
 * @param layer A layer with the weight `kernel`, as the stock ones have.
 * @example
 * call(inputs, kwargs) {
 *   return tf.tidy(() => withKernel(this, tf.abs(this.kernel.read()), () => super.call(inputs, kwargs)));
 * }
 */
export function withKernel<T>(layer: object, kernel: Tensor, use: () => T): T {
  const owner = layer as { kernel: Pick<LayerVariable, 'read'> };
  const { kernel: own } = owner;
  owner.kernel = { read: () => kernel };
  try {
    return use();
  } finally {
    owner.kernel = own;
  }
}
