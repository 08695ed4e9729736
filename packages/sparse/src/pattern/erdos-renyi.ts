import { ArgumentError, Random } from '@arborize/core';
import { type Topology, topologyFromPositions } from './topology.ts';

/** Options of {@link erdosRenyi}: how many connections, by `epsilon` or by `density`. */
export interface ErdosRenyiOptions {
  /** ε > 0: ε·(inputs + outputs) connections are expected. */
  readonly epsilon?: number;
  /** The share of the positions that are connected, in (0, 1]. */
  readonly density?: number;
  /** Seed of the draw. Default 0. */
  readonly seed?: number;
}

/**
 * A random topology in which each position is connected independently with the same probability.
 *
 *     P = min(1, ε·(inputs + outputs) / (inputs·outputs)),   or P = density
 *
 * Drawing costs O(connections): the gaps between connections are drawn, not the positions.
 *
 * @param shape [inputs, outputs].
 * @throws ArgumentError unless exactly one of `epsilon` and `density` is given, in its range.
 * @example
 * erdosRenyi([784, 1000], { epsilon: 20, seed: 1 }).rowIndices.length; // about 20·1784 = 35680
 * @see Mocanu et al., "Scalable training of artificial neural networks with adaptive sparse connectivity", arXiv
 * 1707.04780, equation 1.
 */
export function erdosRenyi(
  [inputs, outputs]: readonly [number, number],
  { epsilon, density, seed = 0 }: ErdosRenyiOptions,
): Topology {
  const where = 'erdosRenyi';
  for (const [argument, got] of [
    ['shape[0]', inputs],
    ['shape[1]', outputs],
  ] as const) {
    if (!Number.isInteger(got) || got < 1)
      throw new ArgumentError({ where, argument, got, expected: 'a positive integer' });
  }
  const probability = connectionProbability(where, [inputs, outputs], { epsilon, density });
  const random = new Random(seed);
  const total = inputs * outputs;
  const positions: number[] = [];
  if (probability === 1) {
    for (let position = 0; position < total; position++) positions.push(position);
    return topologyFromPositions(inputs, outputs, positions);
  }
  // The number of misses before a hit is geometric.
  const scale = 1 / Math.log1p(-probability);
  const gap = () => Math.floor(Math.log1p(-random.uniform()) * scale);
  for (let position = gap(); position < total; position += 1 + gap()) positions.push(position);
  return topologyFromPositions(inputs, outputs, positions);
}

/** The probability of a connection; throws unless exactly one option is given, in its range. */
export function connectionProbability(
  where: string,
  [inputs, outputs]: readonly [number, number],
  { epsilon, density }: Pick<ErdosRenyiOptions, 'epsilon' | 'density'>,
): number {
  if ((epsilon === undefined) === (density === undefined)) {
    throw new ArgumentError({
      where,
      argument: 'options',
      got: { epsilon, density },
      expected: 'given either epsilon or density',
    });
  }
  if (density !== undefined) {
    if (!(density > 0 && density <= 1)) {
      throw new ArgumentError({ where, argument: 'options.density', got: density, expected: 'in (0, 1]' });
    }
    return density;
  }
  if (!(epsilon! > 0 && Number.isFinite(epsilon))) {
    throw new ArgumentError({
      where,
      argument: 'options.epsilon',
      got: epsilon,
      expected: 'a positive number',
    });
  }
  return Math.min(1, (epsilon! * (inputs + outputs)) / (inputs * outputs));
}
