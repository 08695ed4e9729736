import { ArgumentError } from '@arborize/core';

/** Throws an `ArgumentError` unless `value` is a finite number that `holds` accepts. */
export function checkNumber(
  where: string,
  argument: string,
  value: number,
  expected = 'a finite number',
  holds: (value: number) => boolean = () => true,
): void {
  if (typeof value !== 'number' || !Number.isFinite(value) || !holds(value)) {
    throw new ArgumentError({ where, argument, got: value, expected });
  }
}
