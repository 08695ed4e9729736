import type { Optimizer, SGDOptimizer } from '@tensorflow/tfjs-core';

// `learningRate` is protected in the types of tfjs-core and has no public accessor.
interface WithLearningRate {
  learningRate: number;
}

/** The learning rate of an optimiser, or undefined where it has none. */
export function learningRateOf(optimizer: Optimizer): number | undefined {
  return (optimizer as unknown as Partial<WithLearningRate>).learningRate;
}

/** Sets the learning rate of the next steps. */
export function setLearningRate(optimizer: Optimizer, rate: number): void {
  // SGD and Momentum keep the rate a second time, as a tensor that only their own setter renews. No `instanceof`:
  // tfjs-core redefines it so that every optimiser passes for an SGDOptimizer.
  if ('setLearningRate' in optimizer) (optimizer as SGDOptimizer).setLearningRate(rate);
  else (optimizer as unknown as WithLearningRate).learningRate = rate;
}
