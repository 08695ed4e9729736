import type { Samples } from '../samples/samples.ts';
import { fillSamples } from './fill-samples.ts';
import { assertGeneratorOptions, type GeneratorOptions } from './generator-options.ts';

export interface XorOptions extends GeneratorOptions {
  /** Standard deviation of the noise on each coordinate. Default 0.1. */
  readonly noise?: number;
}

/**
 * Points around the corners (0, 0), (0, 1), (1, 0), (1, 1) in turn; the class is the exclusive or of the corner's
 * coordinates.
 *
 * @returns Samples of shape `[2]` in two classes.
 * @throws ArgumentError if an option is out of range.
 *
 * @example
 * xor({ count: 4, seed: 0, noise: 0 }).ys; // Int32Array [0, 1, 1, 0]
 */
export function xor({ noise = 0.1, ...options }: XorOptions): Samples {
  assertGeneratorOptions('xor', { count: options.count, noise });
  return fillSamples(options, { features: 2, classes: 2 }, (example, index, random) => {
    const [a, b] = [(index >> 1) & 1, index & 1];
    example[0] = a + random.normal(0, noise);
    example[1] = b + random.normal(0, noise);
    return a ^ b;
  });
}
