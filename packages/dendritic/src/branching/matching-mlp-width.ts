import { ArgumentError } from '@arborize/core';

/** What {@link matchingMlpWidth} matches. */
export interface MatchingMlpOptions {
  readonly inputs: number;
  readonly outputs: number;
  /** Parameters to match, e.g. `treeParameterCount(…).total`. */
  readonly parameters: number;
}

/**
 * The smallest hidden width whose network inputs → width → outputs, with biases, has at least as many parameters: the
 * baseline is never the smaller of the two.
 *
 * `width = ⌈(parameters − outputs) / (inputs + outputs + 1)⌉`, at least 1.
 *
 * @throws ArgumentError unless all three are positive integers.
 * @example
 * matchingMlpWidth({ inputs: 784, outputs: 10, parameters: 8410 }); // 11, with 8755 parameters
 */
export function matchingMlpWidth(options: MatchingMlpOptions): number {
  for (const argument of ['inputs', 'outputs', 'parameters'] as const) {
    const got = options[argument];
    if (Number.isInteger(got) && got > 0) continue;
    throw new ArgumentError({ where: 'matchingMlpWidth', argument, got, expected: 'a positive integer' });
  }
  const { inputs, outputs, parameters } = options;
  return Math.max(1, Math.ceil((parameters - outputs) / (inputs + outputs + 1)));
}
