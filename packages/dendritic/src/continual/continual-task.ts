import type { Tensor } from '@tensorflow/tfjs-core';

/** Inputs [N, …] and one-hot targets [N, classes]; whoever asked for them disposes of them. */
export interface LabelledTensors {
  readonly xs: Tensor;
  readonly ys: Tensor;
}

/** One task of a continual run. Its data is made when it is needed, so that only one task is in memory. */
export interface ContinualTask {
  readonly train: () => LabelledTensors;
  readonly test: () => LabelledTensors;
}
