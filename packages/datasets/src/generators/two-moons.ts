import type { Samples } from '../samples/samples.ts';
import { fillSamples } from './fill-samples.ts';
import { assertGeneratorOptions, type GeneratorOptions } from './generator-options.ts';

export interface TwoMoonsOptions extends GeneratorOptions {
  /** Standard deviation of the noise on each coordinate. Default 0.1. */
  readonly noise?: number;
}

/**
 * Points on two half circles that reach into each other, one class each, in turn.
 *
 * With t uniform in [0, π], class 0 lies at (cos t, sin t) and class 1 at (1 − cos t, 1/2 − sin t).
 *
 * @returns Samples of shape `[2]` in two classes.
 * @throws ArgumentError if an option is out of range.
 *
 * @example
 * const { train, test } = split(twoMoons({ count: 1000, seed: 0, noise: 0.2 }));
 */
export function twoMoons({ noise = 0.1, ...options }: TwoMoonsOptions): Samples {
  assertGeneratorOptions('twoMoons', { count: options.count, noise });
  return fillSamples(options, { features: 2, classes: 2 }, (example, index, random) => {
    const label = index % 2;
    const t = random.uniform(0, Math.PI);
    const [x, y] = label === 0 ? [Math.cos(t), Math.sin(t)] : [1 - Math.cos(t), 0.5 - Math.sin(t)];
    example[0] = x + random.normal(0, noise);
    example[1] = y + random.normal(0, noise);
    return label;
  });
}
