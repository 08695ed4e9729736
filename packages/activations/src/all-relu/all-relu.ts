import { ArgumentError, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkNumber } from '../elementwise/check-number.ts';
import { defineElementwise } from '../elementwise/define-elementwise.ts';

const op = defineElementwise<{ slope: number }>({
  name: 'AllRelu',
  constants: ['slope'],
  value: (x, { slope }) => tf.where(tf.greater(x, 0), x, tf.mul(slope, x)),
  slope: (x, { slope }) => tf.where(tf.greater(x, 0), tf.onesLike(x), tf.fill(x.shape, slope)),
  wgsl: `
    fn value(x : f32) -> f32 { return select(uniforms.slope * x, x, x > 0.0); }
    fn slope(x : f32) -> f32 { return select(uniforms.slope, 1.0, x > 0.0); }`,
  wasm: 'allRelu',
});

/**
 * One layer of All-ReLU: the identity for positive inputs and a straight line of any slope, also a falling one, for
 * the others.
 *
 *     allReLU(x) = x          x > 0          d/dx = 1         x > 0
 *                = slope·x    x ≤ 0               = slope     x ≤ 0
 *
 * {@link allReLUSlope} gives the slopes, −α and +α in turn, that the hidden layers of a network take.
 *
 * @param x Float32 tensor of any shape, or numbers; int32 and bool are cast.
 * @param slope The slope of the negative side, any finite number.
 * @returns A tensor of the shape of `x`; the caller disposes of it.
 * @throws ArgumentError if `x` is not numeric or `slope` is not finite.
 * @example
 * allReLU([-2, -0.5, 0, 2], -0.6).print(); // [1.2, 0.3, 0, 2]
 * @see Curci et al., "Truly Sparse Neural Networks at Scale", arXiv 2102.01732, section 3.
 */
export function allReLU(x: Tensor | TensorLike, slope: number): Tensor {
  checkNumber('allReLU', 'slope', slope);
  return tf.tidy(() => op(toFloatTensor(x, 'allReLU', 'x'), { slope }));
}

/**
 * The negative-side slope of a hidden layer under All-ReLU: −α in the first hidden layer, +α in the second, and so on.
 *
 * @param hiddenLayer 1 for the first hidden layer.
 * @param alpha The steepness α ≥ 0. Default 0.6, the authors' choice for MNIST; 0.75 for CIFAR-10.
 * @throws ArgumentError if `hiddenLayer` is not a positive integer or `alpha` is negative.
 * @example
 * [1, 2, 3].map((layer) => allReLUSlope(layer, 0.6)); // [-0.6, 0.6, -0.6]
 * @see Curci et al., "Truly Sparse Neural Networks at Scale", arXiv 2102.01732, section 3.
 */
export function allReLUSlope(hiddenLayer: number, alpha = 0.6): number {
  if (!Number.isInteger(hiddenLayer) || hiddenLayer < 1) {
    throw new ArgumentError({
      where: 'allReLUSlope',
      argument: 'hiddenLayer',
      got: hiddenLayer,
      expected: 'a positive integer',
      remedy: 'The first hidden layer is 1.',
    });
  }
  checkNumber('allReLUSlope', 'alpha', alpha, 'a finite number ≥ 0', (value) => value >= 0);
  return hiddenLayer % 2 === 1 ? -alpha : alpha;
}
