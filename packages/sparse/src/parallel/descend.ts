/** Momentum descent as the optimiser of TensorFlow.js has it, with a decay of the weights. */
export interface DescentRule {
  readonly momentum: number;
  readonly nesterov: boolean;
  /** Times the learning rate, what is taken off every weight at every step. */
  readonly weightDecay: number;
}

/**
 * One step, in place:  a ← m·a + g,   w ← (1 − η·λ)·w − η·a,   or − η·(g + m·a) by Nesterov.
 *
 * A moment is a sum of gradients, without the learning rate: when the rate changes, the steps still to come from old gradients
 * follow it, which is what the paper calls momentum correction. Every operation rounds to float32 as the ops of TensorFlow.js do, so that
 * the bits are those of its optimiser.
 */
export function descend(
  weights: Float32Array,
  moments: Float32Array,
  gradient: Float32Array,
  learningRate: number,
  { momentum, nesterov, weightDecay }: DescentRule,
): void {
  const { fround } = Math;
  const m = fround(momentum);
  const c = -fround(learningRate);
  const keep = fround(keptShare(learningRate, weightDecay));
  for (let i = 0; i < weights.length; i++) {
    const g = gradient[i]!;
    const a = fround(fround(m * moments[i]!) + g);
    const step = nesterov ? fround(g + fround(a * m)) : a;
    moments[i] = a;
    weights[i] = fround(keep * weights[i]!) + fround(c * step);
  }
}

/** What the decay of a step leaves of a weight. */
export function keptShare(learningRate: number, weightDecay: number): number {
  return 1 - learningRate * weightDecay;
}
