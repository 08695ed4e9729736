import { ArgumentError } from '@arborize/core';
import { assertWhole } from '../errors/assert-whole.ts';

/** Options of every generator. */
export interface GeneratorOptions {
  /** How many samples to make. */
  readonly count: number;
  /** Source of everything random: equal seeds give equal samples. An integer. */
  readonly seed: number;
}

/** Refuses a count that is none, and amounts that are not finite and ≥ 0; the seed is checked where it is used. */
export function assertGeneratorOptions(
  where: string,
  { count, ...amounts }: { readonly count: number; readonly [amount: string]: number },
): void {
  assertWhole(where, 'count', count, 0);
  for (const [argument, got] of Object.entries(amounts)) {
    if (Number.isFinite(got) && got >= 0) continue;
    throw new ArgumentError({ where, argument, got, expected: 'a number ≥ 0' });
  }
}
