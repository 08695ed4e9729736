import { ArgumentError, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type ConnectionOptions, connect } from './connect.ts';

/**
 * A matrix product in which every connection has a bias and a ReLU of its own, before the sum.
 *
 *     z_no = Σ_i w_io · φ(x_ni + b_ig)          g = ⌊o·G/O⌋
 *     ∂w_io = Σ_n dz_no · φ(x_ni + b_ig)
 *     ∂b_ig = Σ_{o in g} w_io · Σ_n dz_no · φ′(x_ni + b_ig)
 *     ∂x_ni = Σ_o dz_no · w_io · φ′(x_ni + b_ig)
 *
 * A ReLU is closed at 0. Neither pass stores a number for every connection and row. First derivatives only.
 *
 * @param x [..., I], float32, or numbers; int32 and bool are cast.
 * @param kernel [I, O].
 * @param bias [I, G] with G dividing O: G = O is a bias for every connection, G = 1 an ordinary layer with its ReLU in front.
 * @param options `activation`, default `'relu'`, and `alpha`, the slope of `'leakyRelu'`, default 0.2.
 * @returns [..., O]; the caller disposes of it.
 * @throws ArgumentError if shapes do not fit, G does not divide O, or an option has an unknown value.
 * @example
 * dacMatMul([[1, -0.5]], [[0.5, -1], [1.5, 0.25]], [[0, -0.5], [0.75, 0.5]]).print(); // [[0.875, -0.5]]
 * @see Metta et al., "Increasing biases can be more efficient than increasing weights", WACV 2024, arXiv 2301.00924.
 */
export function dacMatMul(
  x: Tensor | TensorLike,
  kernel: Tensor | TensorLike,
  bias: Tensor | TensorLike,
  options: ConnectionOptions = {},
): Tensor {
  return tf.tidy(() => {
    const input = toFloatTensor(x, 'dacMatMul', 'x');
    const weights = toFloatTensor(kernel, 'dacMatMul', 'kernel');
    const biases = toFloatTensor(bias, 'dacMatMul', 'bias');
    if (weights.rank !== 2) throw fault('kernel', weights, 'of shape [I, O]');
    const [inputs, outputs] = weights.shape as [number, number];
    if (input.rank < 1 || input.shape.at(-1) !== inputs) {
      throw fault('x', input, `of shape [..., ${inputs}], for a kernel of shape [${inputs}, ${outputs}]`);
    }
    const groups = biases.shape[1] ?? 0;
    if (biases.rank !== 2 || biases.shape[0] !== inputs || !(groups > 0) || outputs % groups !== 0) {
      throw fault('bias', biases, `of shape [${inputs}, G] with G dividing ${outputs}`);
    }
    const rows = input.shape.slice(0, -1).reduce((product, size) => product * size, 1);
    const z = connect('dacMatMul', tf.reshape(input, [rows, inputs]), weights, biases, options);
    return tf.reshape(z, [...input.shape.slice(0, -1), outputs]);
  });
}

function fault(argument: string, got: Tensor, expected: string): ArgumentError {
  return new ArgumentError({ where: 'dacMatMul', argument, got, expected });
}
