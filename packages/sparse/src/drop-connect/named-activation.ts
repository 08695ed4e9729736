import { ArgumentError } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

type Known = Parameters<typeof tfl.layers.activation>[0]['activation'];

/** Activations of the whole row: only samples of whole rows give their expectation. */
export const OF_ROWS: readonly unknown[] = ['softmax', 'logSoftmax'];

/** The function of an activation: `'leakyRelu'`, or whatever tfjs-layers knows by this name. */
export function namedActivation(
  where: string,
  activation: string | ((u: Tensor) => Tensor),
  negativeSlope: number,
): (u: Tensor) => Tensor {
  if (typeof activation === 'function') return activation;
  if (activation === 'linear') return (u) => u;
  if (activation === 'leakyRelu') return (u) => tf.leakyRelu(u, negativeSlope);
  if (typeof activation !== 'string') {
    const expected = 'the name of an activation or a function';
    throw new ArgumentError({ where, argument: 'activation', got: activation, expected });
  }
  // A layer with a name of its own, so as not to use up a default name.
  const layer = tfl.layers.activation({ activation: activation as Known, name: 'inner' });
  return (u) => layer.call(u, {}) as Tensor;
}
