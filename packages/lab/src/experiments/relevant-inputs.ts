import { Random } from '@arborize/core';
import type { Dataset, Samples } from '@arborize/datasets';

const [INPUTS, HIDDEN, CLASSES] = [100, 16, 10];

/** So many of the inputs, the first ones, decide the class; the others are noise. */
export const RELEVANT = 20;

/**
 * Points of which only some inputs matter, classed by a random network: what pruning should find is known.
 *
 *     class = argmax tanh(2·x₂₀·A / √20)·B,   all numbers of x, A and B normal
 */
export function relevantInputs({
  train,
  test,
  seed,
}: {
  train: number;
  test: number;
  seed: number;
}): Dataset {
  const random = new Random(seed);
  const normal = (count: number) => Float32Array.from({ length: count }, () => random.normal());
  const [a, b] = [normal(RELEVANT * HIDDEN), normal(HIDDEN * CLASSES)];
  const draw = (count: number): Samples => {
    const xs = normal(count * INPUTS);
    const ys = Int32Array.from({ length: count }, (_, n) => {
      const hidden = Array.from({ length: HIDDEN }, (_, h) => {
        let sum = 0;
        for (let i = 0; i < RELEVANT; i++) sum += xs[n * INPUTS + i]! * a[i * HIDDEN + h]!;
        return Math.tanh((2 * sum) / Math.sqrt(RELEVANT));
      });
      const logits = Array.from({ length: CLASSES }, (_, c) =>
        hidden.reduce((sum, value, h) => sum + value * b[h * CLASSES + c]!, 0),
      );
      return logits.indexOf(Math.max(...logits));
    });
    return { shape: [INPUTS], xs, ys, classes: CLASSES, count };
  };
  return { name: 'relevant inputs', train: draw(train), test: draw(test) };
}
