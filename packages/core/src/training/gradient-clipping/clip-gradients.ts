import {
  addN,
  clipByValue,
  dispose,
  div,
  maximum,
  mul,
  type Optimizer,
  sqrt,
  square,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { ArgumentError } from '../../errors/argument-error.ts';
import { wrapOptimizer } from '../wrap-optimizer.ts';

/** How to clip: exactly one of the three, each a positive number. */
export type GradientClipping =
  /** Each entry into [−value, value]. */
  | { readonly value: number }
  /** Each variable's gradient to at most this Euclidean norm. */
  | { readonly norm: number }
  /** All gradients together to at most this Euclidean norm. */
  | { readonly globalNorm: number };

/**
 * Wraps an optimiser so that gradients are clipped before each step, in `fit`, `fitDataset`, `trainOnBatch` and
 * `optimizer.minimize` alike.
 *
 * - `value` c: g ← min(max(g, −c), c)
 * - `norm` c: g ← g · c / max(‖g‖, c), for each variable
 * - `globalNorm` c: g ← g · c / max(√(Σ‖gᵢ‖²), c), with one factor for all variables
 *
 * The wrapper shares all state with the given optimiser. A saved model holds the plain optimiser: wrap again after
 * loading.
 *
 * @throws ArgumentError unless exactly one of the three is given, as a positive number.
 *
 * @example
 * const optimizer = clipGradients(tf.train.sgd(1), { globalNorm: 1 });
 * const w = tf.variable(tf.tensor1d([30, 40]));
 * optimizer.minimize(() => tf.mul(0.5, tf.sum(tf.square(w)))); // gradient [30, 40], clipped to [0.6, 0.8]
 * await w.data(); // [29.4, 39.2]
 *
 * @see Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", 2013, algorithm 1
 */
export function clipGradients<O extends Optimizer>(optimizer: O, clipping: GradientClipping): O {
  const clip = clipper(clipping);
  return wrapOptimizer(optimizer, (gradients, apply) => {
    // Variables without a gradient stay in the list: optimisers keep their slots by position.
    const present = gradients.flatMap(({ tensor }) => tensor ?? []);
    const clipped = tidy(() => clip(present));
    let next = 0;
    apply(gradients.map(({ name, tensor }) => ({ name, tensor: tensor && clipped[next++]! })));
    dispose(clipped);
  });
}

function clipper(clipping: GradientClipping): (gradients: Tensor[]) => Tensor[] {
  const [[kind, limit] = ['', 0], ...others] = Object.entries(clipping) as [string, number][];
  if (others.length > 0 || !(limit > 0 && Number.isFinite(limit))) throw badClipping(clipping);
  switch (kind) {
    case 'value':
      return (gradients) => gradients.map((g) => clipByValue(g, -limit, limit));
    case 'norm':
      return (gradients) => gradients.map((g) => mul(g, shrink(sumOfSquares(g), limit)));
    case 'globalNorm':
      return (gradients) => {
        const factor = shrink(addN(gradients.map(sumOfSquares)), limit);
        return gradients.map((g) => mul(g, factor));
      };
    default:
      throw badClipping(clipping);
  }
}

const sumOfSquares = (x: Tensor): Tensor => sum(square(x));

const shrink = (squaredNorm: Tensor, limit: number): Tensor => div(limit, maximum(sqrt(squaredNorm), limit));

function badClipping(got: unknown): ArgumentError {
  return new ArgumentError({
    where: 'clipGradients',
    argument: 'clipping',
    got,
    expected: 'exactly one of { value }, { norm } or { globalNorm }, a positive number',
  });
}
