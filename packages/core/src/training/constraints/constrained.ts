import type { Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { wrapOptimizer } from '../wrap-optimizer.ts';
import { projectWeights } from './project-weights.ts';

/**
 * Wraps an optimiser so that every step ends with the weights inside their constraints, in `fit`, `fitDataset`,
 * `trainOnBatch` and `optimizer.minimize` alike: w ← constraint(w + Δw). tfjs-layers alone never applies
 * `kernelConstraint` or `biasConstraint` during training.
 *
 * The wrapper shares all state with the given optimiser. A saved model holds the plain optimiser: wrap again after
 * loading. For `fit` alone the callback {@link applyConstraints} does the same.
 *
 * @param target The model, whose trainable weights are looked up at each step, or the variables themselves.
 *
 * @example
 * model.compile({ optimizer: constrained(tf.train.adam(0.01), model), loss: 'meanSquaredError' });
 * await model.trainOnBatch(xs, ys); // a kernel with kernelConstraint: 'nonNeg' is now ≥ 0
 */
export function constrained<O extends Optimizer>(
  optimizer: O,
  target: LayersModel | readonly LayerVariable[],
): O {
  return wrapOptimizer(optimizer, (gradients, apply) => {
    apply(gradients);
    projectWeights('trainableWeights' in target ? target.trainableWeights : target);
  });
}
