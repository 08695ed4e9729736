import { ArgumentError } from '@arborize/core';

/** Options of every generator. */
export interface GeneratorOptions {
  /** How many samples to make. */
  readonly count: number;
  /** Source of everything random: equal seeds give equal samples. An integer. */
  readonly seed: number;
}

/** Refuses a count that is none and other numbers that are not finite and ≥ 0; the seed is checked where it is used. */
export function assertGeneratorOptions(
  where: string,
  { count, ...others }: { readonly count: number; readonly [option: string]: number },
): void {
  if (!Number.isInteger(count) || count < 0) {
    throw new ArgumentError({ where, argument: 'count', got: count, expected: 'an integer ≥ 0' });
  }
  for (const [argument, got] of Object.entries(others)) {
    if (!(Number.isFinite(got) && got >= 0)) {
      throw new ArgumentError({ where, argument, got, expected: 'a number ≥ 0' });
    }
  }
}
