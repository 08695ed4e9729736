import { ArgumentError } from '@arborize/core';
import type { Gate, GateStrategy } from './gate-call.ts';
import type { LogicalOptions } from './logical-activation.ts';

const GATES: readonly Gate[] = ['and', 'or', 'xnor'];
const STRATEGIES: readonly GateStrategy[] = ['duplicate', 'partition'];

/** Fills in the defaults and checks every option that can be checked without a shape. */
export function checkLogicalOptions(where: string, options: LogicalOptions): Required<LogicalOptions> {
  const {
    ops = ['and', 'or'],
    strategy = 'duplicate',
    exact = false,
    normalized = true,
    k = 2,
    axis = -1,
    temperature = 1,
  } = options;
  const demand = (holds: boolean, argument: string, got: unknown, expected: string, remedy?: string) => {
    if (!holds)
      throw new ArgumentError({
        where,
        argument: `options.${argument}`,
        got,
        expected,
        remedy,
      });
  };
  const known = Array.isArray(ops) && ops.length > 0 && ops.every((op) => GATES.includes(op));
  demand(known, 'ops', ops, "a list of 'and', 'or' and 'xnor' with at least one entry");
  demand(STRATEGIES.includes(strategy), 'strategy', strategy, "'duplicate' or 'partition'");
  checkGroupSize(where, k);
  demand(Number.isInteger(axis), 'axis', axis, 'an integer');
  demand(Number.isFinite(temperature) && temperature > 0, 'temperature', temperature, 'a positive number');
  if (temperature !== 1) {
    demand(exact, 'temperature', temperature, '1 for the piecewise linear gates, which have no temperature');
    const remedy = 'Pass normalized: false: the constants hold for temperature 1.';
    demand(!normalized, 'temperature', temperature, '1 for normalized gates', remedy);
  }
  return { ops, strategy, exact, normalized, k, axis, temperature };
}

export function checkGroupSize(where: string, k: number): void {
  if (Number.isInteger(k) && k >= 2) return;
  throw new ArgumentError({ where, argument: 'options.k', got: k, expected: 'an integer ≥ 2' });
}

/**
 * Checks that the channels divide into whole groups.
 *
 * @returns The channel axis, ≥ 0.
 */
export function checkChannels(
  where: string,
  shape: readonly (number | null)[],
  axis: number,
  divisor: number,
): number {
  const shown = `[${shape.map(String).join(', ')}]`;
  const resolved = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(axis) || resolved < 0 || resolved >= shape.length) {
    throw new ArgumentError({
      where,
      argument: 'options.axis',
      got: axis,
      expected: `an axis of the shape ${shown}`,
    });
  }
  const channels = shape[resolved];
  if (typeof channels === 'number' && channels % divisor !== 0) {
    throw new ArgumentError({
      where,
      argument: 'the number of channels',
      got: channels,
      expected: `a multiple of ${divisor} along axis ${resolved} of ${shown}`,
    });
  }
  return resolved;
}
