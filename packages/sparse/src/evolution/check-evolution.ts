import { ArgumentError } from '@arborize/core';

/** Throws an `ArgumentError` of `where` unless a condition on an option holds. */
export type Demand = (holds: boolean, option: string, got: unknown, expected: string) => void;

export function demandFor(where: string): Demand {
  return (holds, option, got, expected) => {
    if (!holds) throw new ArgumentError({ where, argument: `options.${option}`, got, expected });
  };
}

export function demandShare(demand: Demand, option: string, got: number): void {
  demand(got > 0 && got < 1, option, got, 'in (0, 1)');
}

export function demandCount(demand: Demand, option: string, got: number): void {
  demand(Number.isSafeInteger(got) && got > 0, option, got, 'a positive integer');
}

export function demandNatural(demand: Demand, option: string, got: number): void {
  demand(Number.isSafeInteger(got) && got >= 0, option, got, 'an integer ≥ 0');
}

export function demandOneOf(demand: Demand, option: string, got: string, among: readonly string[]): void {
  demand(among.includes(got), option, got, among.map((name) => `'${name}'`).join(', '));
}
