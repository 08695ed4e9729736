import { assertWhole } from '../errors/assert-whole.ts';
import type { Samples } from '../samples/samples.ts';
import { fillSamples } from './fill-samples.ts';
import { assertGeneratorOptions, type GeneratorOptions } from './generator-options.ts';

export interface FriedmanOptions extends GeneratorOptions {
  /** Numbers in an example, of which the first five matter; an integer ≥ 5. Default 10. */
  readonly features?: number;
  /** Standard deviation of the noise on the target. Default 1. */
  readonly noise?: number;
}

/**
 * The first regression problem of Friedman: features uniform in [0, 1], and
 * `y = 10 sin(π x₁ x₂) + 20 (x₃ − 1/2)² + 10 x₄ + 5 x₅ + noise`.
 *
 * @returns Samples of shape `[features]` with float targets, which have a standard deviation of about 5.
 * @throws ArgumentError if an option is out of range.
 *
 * @example
 * const { train, test } = split(friedman({ count: 1000, seed: 0 }));
 *
 * @see J. H. Friedman, Multivariate adaptive regression splines, Annals of Statistics 19 (1991).
 */
export function friedman({ features = 10, noise = 1, ...options }: FriedmanOptions): Samples {
  assertGeneratorOptions('friedman', { count: options.count, noise });
  assertWhole('friedman', 'features', features, 5);
  return fillSamples(options, { features, classes: 0 }, (example, _, random) => {
    for (let i = 0; i < features; i++) example[i] = random.uniform();
    const [a, b, c, d, e] = example as unknown as [number, number, number, number, number];
    const value = 10 * Math.sin(Math.PI * a * b) + 20 * (c - 0.5) ** 2 + 10 * d + 5 * e;
    return value + random.normal(0, noise);
  });
}
