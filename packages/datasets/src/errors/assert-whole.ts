import { ArgumentError } from '@arborize/core';

/** Refuses what is not an integer of at least `least`. */
export function assertWhole(where: string, argument: string, got: number, least: number): void {
  if (Number.isSafeInteger(got) && got >= least) return;
  throw new ArgumentError({ where, argument, got, expected: `an integer ≥ ${least}` });
}
