import { ArgumentError, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { ConnectionOptions } from './connect.ts';
import { convolve } from './dac-conv-2d.ts';

/** What happens in the connections of a convolution over steps. */
export interface Convolution1DOptions extends ConnectionOptions {
  /** Distance of the steps that a window sees. Default 1. */
  readonly dilation?: number;
  /** A bias for every pair of channels, shared by the taps (default), or one for every weight. */
  readonly biasMode?: 'channel' | 'tap';
}

/**
 * A convolution over steps in which every connection has a bias and a ReLU of its own, before the sum.
 *
 *     z[n, t, o] = Σ_{u,i} K[u, i, o] · φ(x[n, t·s + u·d − pad, i] + b[i, g])
 *
 * with b[u, i, g] in mode `'tap'`; everything else as for {@link dacConv2d}.
 *
 * @param x [N, T, I] or [T, I], float32, or numbers; int32 and bool are cast.
 * @param filter [width, I, O].
 * @param bias [I, G], or [width, I, G] in mode `'tap'`, with G dividing O.
 * @param stride A positive integer.
 * @param pad `'same'` or `'valid'`.
 * @returns [N, T′, O] or [T′, O]; the caller disposes of it.
 * @throws ArgumentError if shapes do not fit, G does not divide O, or an option has an unknown value.
 * @example
 * dacConv1d([[0], [1], [2]], tf.ones([2, 1, 1]), [[-0.5]], 1, 'valid').print(); // [[0.5], [2]]
 * @see Metta et al., "Increasing biases can be more efficient than increasing weights", WACV 2024, arXiv 2301.00924.
 */
export function dacConv1d(
  x: Tensor | TensorLike,
  filter: Tensor | TensorLike,
  bias: Tensor | TensorLike,
  stride: number,
  pad: 'same' | 'valid',
  { dilation = 1, ...options }: Convolution1DOptions = {},
): Tensor {
  const where = 'dacConv1d';
  return tf.tidy(() => {
    const steps = toFloatTensor(x, where, 'x');
    const weights = toFloatTensor(filter, where, 'filter');
    const biases = toFloatTensor(bias, where, 'bias');
    if (weights.rank !== 3) {
      throw new ArgumentError({
        where,
        argument: 'filter',
        got: weights,
        expected: 'of shape [width, I, O]',
      });
    }
    if (steps.rank !== 2 && steps.rank !== 3) {
      throw new ArgumentError({ where, argument: 'x', got: steps, expected: 'of shape [N, T, I] or [T, I]' });
    }
    const image = tf.expandDims(steps, -3);
    const taps = biases.rank === 3 ? tf.expandDims(biases, 0) : biases;
    const z = convolve(where, image, tf.expandDims(weights, 0), taps, [1, stride], pad, {
      ...options,
      dilations: [1, dilation],
    });
    return tf.squeeze(z, [z.rank - 3]);
  });
}
