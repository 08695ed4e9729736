import { ArgumentError, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { builtLayer } from './built-layer.ts';
import type { DACDense } from './dac-dense.ts';
import { dacMatMul } from './dac-mat-mul.ts';

/**
 * The fewest groups of biases that leave a trained layer nearly what it was: runs of outputs share the mean of their biases.
 *
 * @param layer A built {@link DACDense} with the inner activation `'relu'`.
 * @param x [N, I], what the layer gets.
 * @param tolerance The root mean square error of the sums that is accepted, as a fraction of their standard deviation.
 *   Default 0.05.
 * @returns G, which divides the layer's biases, and its error.
 * @throws ArgumentError if the layer is of another class or not built, or the tolerance negative.
 * @example
 * await suggestGroups(layer, x, 0.1); // { groups: 4, error: 0.07 }
 */
export async function suggestGroups(
  layer: DACDense,
  x: Tensor | TensorLike,
  tolerance = 0.05,
): Promise<{ groups: number; error: number }> {
  if (!(tolerance >= 0)) {
    throw new ArgumentError({
      where: 'suggestGroups',
      argument: 'tolerance',
      got: tolerance,
      expected: 'a number ≥ 0',
    });
  }
  const { weights } = builtLayer('suggestGroups', 'layer', layer, ['DACDense']);
  const [kernel, bias] = weights as [Tensor, Tensor];
  const [inputs, most] = bias.shape as [number, number];
  for (let groups = 1; groups < most; groups++) {
    if (most % groups !== 0) continue;
    const relative = tf.tidy(() => {
      const input = toFloatTensor(x, 'suggestGroups', 'x');
      const exact = dacMatMul(input, kernel, bias);
      const means = tf.mean(tf.reshape(bias, [inputs, groups, most / groups]), 2);
      const squared = tf.mean(tf.square(tf.sub(dacMatMul(input, kernel, means), exact)));
      return tf.sqrt(tf.div(squared, tf.maximum(tf.moments(exact).variance, 1e-12)));
    });
    const [error] = await relative.data();
    relative.dispose();
    if (error! <= tolerance) return { groups, error: error! };
  }
  return { groups: most, error: 0 };
}
