import { Callback } from '@tensorflow/tfjs-layers';
import { trainedModel } from '../trained-model.ts';
import { projectWeights } from './project-weights.ts';

/**
 * A callback that enforces `kernelConstraint`, `biasConstraint` and their like after every batch of `fit` and
 * `fitDataset`, which tfjs-layers alone never does.
 *
 * Put it before callbacks that look at weights. `trainOnBatch` runs no callbacks: use {@link constrained} there.
 *
 * @example
 * const model = tf.sequential({
 *   layers: [tf.layers.dense({ units: 1, inputShape: [2], kernelConstraint: 'nonNeg' })],
 * });
 * model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
 * await model.fit(xs, ys, { callbacks: [applyConstraints()] });
 */
export function applyConstraints(): Callback {
  return new ApplyConstraints();
}

class ApplyConstraints extends Callback {
  override async onBatchEnd(): Promise<void> {
    projectWeights(trainedModel(this, 'applyConstraints').trainableWeights);
  }
}
