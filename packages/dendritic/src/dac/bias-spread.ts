import { toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { builtLayer } from './built-layer.ts';
import type { DACDense } from './dac-dense.ts';

/**
 * How differently the consumers of each input hear it: the standard deviation of its biases over the outputs, in units of
 * the input's own standard deviation. Near 0 everywhere, an ordinary layer would do.
 *
 * @param layer A built {@link DACDense}.
 * @param x [N, I], what the layer gets; inputs that never change are taken as they are, in units of 1.
 * @returns A number for each input.
 * @throws ArgumentError if the layer is of another class or not built.
 * @example
 * await biasSpread(layer, x); // Float32Array [0.61, 0.07, 0.33]
 */
export async function biasSpread(layer: DACDense, x: Tensor | TensorLike): Promise<Float32Array> {
  const { weights } = builtLayer('biasSpread', 'layer', layer, ['DACDense']);
  const spread = tf.tidy(() => {
    const own = tf.sqrt(tf.moments(toFloatTensor(x, 'biasSpread', 'x'), 0).variance);
    const deviation = tf.sqrt(tf.moments(weights[1]!, 1).variance);
    return tf.div(deviation, tf.where(tf.greater(own, 0), own, tf.onesLike(own)));
  });
  const values = await spread.data<'float32'>();
  spread.dispose();
  return values;
}
