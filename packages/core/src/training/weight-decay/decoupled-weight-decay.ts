import { engine, mul, type Optimizer, tidy, type Variable } from '@tensorflow/tfjs-core';
import { ArgumentError } from '../../errors/argument-error.ts';
import { learningRateOf } from '../schedules/learning-rate.ts';
import { type NamedGradient, wrapOptimizer } from '../wrap-optimizer.ts';

/** Options of {@link decoupledWeightDecay}. */
export interface WeightDecayOptions {
  /** λ ≥ 0. */
  readonly rate: number;
  /** What λ is multiplied by: the learning rate of the moment, as in AdamW, or nothing. Default `'learningRate'`. */
  readonly scaledBy?: 'learningRate' | 'step';
  /** Whether a variable decays. Default: all do, biases too. */
  readonly decays?: (variable: Variable) => boolean;
}

/** An `applyGradients` may have this: the same step on weights of which a share is kept, or `false` if it cannot do that now. */
interface DecayingStep {
  readonly decayed?: (this: Optimizer, gradients: NamedGradient[], kept: readonly number[]) => boolean;
}

/**
 * Wraps an optimiser so that each step also takes a share off the weights, past the gradients: AdamW is Adam so wrapped.
 *
 * - `scaledBy: 'learningRate'`: w ← (1 − learningRate · rate) · w + step
 * - `scaledBy: 'step'`: w ← (1 − rate) · w + step
 *
 * Weights that the loss does not depend on stay as they are. The wrapper shares all state with the given optimiser. A saved
 * model holds the plain optimiser: wrap again after loading.
 *
 * @throws ArgumentError if the rate is negative or not finite, is above 1 for each step, or if the optimiser has no
 * learning rate to scale by.
 *
 * @example
 * const optimizer = decoupledWeightDecay(tf.train.sgd(0.1), { rate: 0.5 });
 * const w = tf.variable(tf.tensor1d([10]));
 * optimizer.minimize(() => tf.sum(w)); // 0.95 · 10 − 0.1 · 1
 * await w.data(); // [9.4]
 *
 * @see Loshchilov and Hutter, "Decoupled Weight Decay Regularization", arXiv 1711.05101, algorithms 1 and 2; by step:
 * Curci et al., "Truly Sparse Neural Networks at Scale", arXiv 2102.01732
 */
export function decoupledWeightDecay<O extends Optimizer>(
  optimizer: O,
  { rate, scaledBy = 'learningRate', decays = () => true }: WeightDecayOptions,
): O {
  check(optimizer, rate, scaledBy);
  return wrapOptimizer(optimizer, (gradients, apply) => {
    const variables = engine().registeredVariables;
    const share = 1 - (scaledBy === 'step' ? rate : learningRateOf(optimizer)! * rate);
    const kept = gradients.map(({ name, tensor }) => (tensor && decays(variables[name]!) ? share : 1));
    const { decayed } = optimizer.applyGradients as DecayingStep;
    if (decayed?.call(optimizer, gradients, kept)) return;
    for (const [i, { name }] of gradients.entries()) {
      if (kept[i] !== 1) tidy(() => variables[name]!.assign(mul(variables[name]!, kept[i]!)));
    }
    apply(gradients);
  });
}

function check(optimizer: Optimizer, rate: number, scaledBy: string): void {
  const where = 'decoupledWeightDecay';
  if (scaledBy !== 'learningRate' && scaledBy !== 'step') {
    throw new ArgumentError({
      where,
      argument: 'options.scaledBy',
      got: scaledBy,
      expected: "'learningRate' or 'step'",
    });
  }
  if (!(rate >= 0 && rate <= (scaledBy === 'step' ? 1 : Number.MAX_VALUE))) {
    const expected = scaledBy === 'step' ? 'a number from 0 to 1' : 'a finite number of 0 or more';
    throw new ArgumentError({ where, argument: 'options.rate', got: rate, expected });
  }
  if (scaledBy === 'learningRate' && learningRateOf(optimizer) === undefined) {
    throw new ArgumentError({
      where,
      argument: 'optimizer',
      got: optimizer.getClassName(),
      expected: 'an optimiser with a learning rate',
      remedy: "Scale the decay by 'step'.",
    });
  }
}
