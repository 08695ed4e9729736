import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { builtLayer, without } from './built-layer.ts';
import type { DACConv1D } from './dac-conv-1d-layer.ts';
import type { DACConv2D } from './dac-conv-2d-layer.ts';
import type { DACDense } from './dac-dense.ts';

type DacLayer = DACDense | DACConv1D | DACConv2D;

/**
 * The ordinary layer nearest to one with a bias for every connection: the mean of the biases of each input, and how far
 * they were from it.
 *
 * @param layer A built DAC layer.
 * @returns A new layer of the same class with one bias group, and `error`, the root mean square of b_io − b̄_i; 0 says that
 *   the layers compute the same.
 * @throws ArgumentError if the layer is of another class or not built.
 * @example
 * const { layer: ordinary, error } = await toShared(model.layers[1]);
 */
export async function toShared<Layer extends DacLayer>(
  layer: Layer,
): Promise<{ layer: Layer; error: number }> {
  const classes = ['DACDense', 'DACConv1D', 'DACConv2D'];
  const { config, weights } = builtLayer('toShared', 'layer', layer, classes);
  const [kernel, bias, ...outputBias] = weights as [Tensor, Tensor, ...Tensor[]];
  const Class = layer.constructor as new (config: object) => Layer;
  const shared = new Class({ ...without(config), biasGroups: 1 });
  const inputs = kernel.shape.at(-2)!;
  const rank = kernel.shape.length;
  const channelsFirst = config.dataFormat === 'channelsFirst';
  shared.build(
    Array.from({ length: rank }, (_, i) => (i === (channelsFirst ? 1 : rank - 1) ? inputs : null)),
  );
  const squared = tf.tidy(() => {
    const mean = tf.mean(bias, -1, true);
    shared.setWeights([kernel, mean, ...outputBias]);
    return tf.mean(tf.square(tf.sub(bias, mean)));
  });
  const [error] = await squared.data();
  squared.dispose();
  return { layer: shared, error: Math.sqrt(error!) };
}
