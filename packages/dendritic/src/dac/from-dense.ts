import { ArgumentError } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { builtLayer, without } from './built-layer.ts';
import { DACDense, type DACDenseOptions } from './dac-dense.ts';

/** Two layers that follow each other. */
export interface DensePair {
  /** Passes raw sums on. */
  readonly producer: layers.Layer;
  readonly consumer: DACDense;
}

/**
 * Turns two dense layers, the first with a ReLU, into a linear one and a {@link DACDense} that compute the same: the bias
 * of the first goes into every connection of the second, where training can change it for each.
 *
 *     relu(x·V + β)·W = Σ_i w_io · max(0, (x·V)_i + b_io)   with b_io = β_i
 *
 * @param producer A built dense layer with the activation `'relu'`.
 * @param consumer The built dense layer that follows it; its bias becomes the output bias.
 * @returns New, built layers under the old names; the old ones stay as they are.
 * @throws ArgumentError if a layer is of another class, not built, or the widths or the activation do not fit.
 * @example
 * const { producer, consumer } = fromDense(model.layers[0], model.layers[1]);
 * tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [4] }), producer, consumer] }); // predicts as model does
 * @see Metta et al., "Increasing biases can be more efficient than increasing weights", WACV 2024, arXiv 2301.00924.
 */
export function fromDense(producer: layers.Layer, consumer: layers.Layer): DensePair {
  const first = builtLayer('fromDense', 'producer', producer, ['Dense']);
  const second = builtLayer('fromDense', 'consumer', consumer, ['Dense']);
  checkPair('fromDense', first, second);
  const [kernel, bias] = first.weights as [Tensor, Tensor?];
  const [consumerKernel, outputBias] = second.weights as [Tensor, Tensor?];
  const linear = layers.dense({ ...without(first.config), activation: 'linear', useBias: false } as never);
  linear.build([null, kernel.shape[0]!]);
  linear.setWeights([kernel]);
  const dac = new DACDense({
    ...(without(second.config, 'useBias') as unknown as DACDenseOptions),
    useOutputBias: outputBias !== undefined,
  });
  dac.build([null, consumerKernel.shape[0]!]);
  tf.tidy(() =>
    dac.setWeights([consumerKernel, forEveryOutput(bias, consumerKernel), ...optional(outputBias)]),
  );
  return { producer: linear, consumer: dac };
}

/** Throws unless the second layer can follow the first, and a ReLU lies between them. */
export function checkPair(
  where: string,
  first: ReturnType<typeof builtLayer>,
  second: ReturnType<typeof builtLayer>,
  activation = 'relu',
): void {
  if (first.config.activation !== activation) {
    const expected = `a layer with the activation '${activation}'`;
    throw new ArgumentError({ where, argument: 'producer', got: first.config.activation, expected });
  }
  const [width, inputs] = [first.weights[0]!.shape.at(-1), second.weights[0]!.shape.at(-2)];
  if (width === inputs) return;
  const expected = `a layer of ${width} inputs, which are the outputs of producer`;
  throw new ArgumentError({ where, argument: 'consumer', got: inputs, expected });
}

/** A bias [I], or none, for every connection of a kernel [..., I, O]. */
export function forEveryOutput(bias: Tensor | undefined, kernel: Tensor): Tensor {
  const [inputs, outputs] = kernel.shape.slice(-2) as [number, number];
  if (!bias) return tf.zeros([inputs, outputs]);
  return tf.mul(tf.expandDims(bias, 1), tf.ones([1, outputs]));
}

export function optional(tensor: Tensor | undefined): Tensor[] {
  return tensor ? [tensor] : [];
}
