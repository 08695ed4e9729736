import { ArgumentError, Random } from '@arborize/core';
import type { Samples } from './samples.ts';
import { subset } from './subset.ts';

export interface SplitOptions {
  /** Part that goes to `train`, in (0, 1); the number of samples is rounded. Default 0.8. */
  readonly fraction?: number;
  /** Seed of the shuffle. Default 0. */
  readonly seed?: number;
}

/**
 * Shuffles samples and deals them into two parts; equal seeds give equal parts.
 *
 * @throws ArgumentError if the fraction is not between 0 and 1.
 *
 * @example
 * const { train, test } = split(twoMoons({ count: 500, seed: 0 }));
 * [train.count, test.count]; // [400, 100]
 */
export function split(
  samples: Samples,
  { fraction = 0.8, seed = 0 }: SplitOptions = {},
): { train: Samples; test: Samples } {
  if (!(fraction > 0 && fraction < 1)) {
    throw new ArgumentError({
      where: 'split',
      argument: 'fraction',
      got: fraction,
      expected: 'a number in (0, 1)',
    });
  }
  const order = new Random(seed).permutation(samples.count);
  const cut = Math.round(fraction * samples.count);
  return { train: subset(samples, order.subarray(0, cut)), test: subset(samples, order.subarray(cut)) };
}
