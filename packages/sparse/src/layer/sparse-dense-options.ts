import { ArgumentError, dropRate } from '@arborize/core';
import type { layers } from '@tensorflow/tfjs-layers';
import { connectionProbability } from '../pattern/erdos-renyi.ts';
import { checkTopology, type Topology } from '../pattern/topology.ts';
import type { BreakEven } from './break-even.ts';
import type { SparseInitializer } from './initial-values.ts';

type BaseOptions = NonNullable<ConstructorParameters<typeof layers.Layer>[0]>;
type Activation = Parameters<typeof layers.activation>[0]['activation'];

/**
 * Options of `SparseDense`. One of `epsilon`, `density` and `fanIn` says how many connections are drawn; an exact number of
 * `connections` overrides them.
 */
export interface SparseDenseOptions extends BaseOptions {
  /** The output width. */
  readonly units: number;
  /** ε > 0: each position is connected with probability min(1, ε·(inputs + units) / (inputs·units)). */
  readonly epsilon?: number;
  /** Each position is connected with this probability, in (0, 1]. */
  readonly density?: number;
  /** Every output gets exactly this many inputs. */
  readonly fanIn?: number;
  /** Exactly this many connections, anywhere. A saved layer has it, besides how it was asked for. */
  readonly connections?: number;
  /** `'leakyRelu'`, or an activation of tfjs-layers by name. Default linear. */
  readonly activation?: Activation | 'leakyRelu';
  /** Slope of `'leakyRelu'` below 0, any finite number: `allReLUSlope` of `@arborize/activations` gives those of All-ReLU. Default 0.1. */
  readonly negativeSlope?: number;
  /** Probability in [0, 1) with which an output is dropped in training; the others grow by 1 / (1 − p). Default 0. */
  readonly dropout?: number;
  /** Whether to add a bias, which starts at 0. Default `true`. */
  readonly useBias?: boolean;
  /** How first values, and those of grown connections, are drawn. Default `'sparseHe'`. */
  readonly kernelInitializer?: SparseInitializer;
  /** Seed of topology, first values and dropout; by default they differ from run to run. */
  readonly seed?: number;
  /** Whether callbacks that evolve topologies may change this layer. Default `true`. */
  readonly trainableTopology?: boolean;
  /** The units that growth may connect, rising: what importance pruning has left in a saved layer. Default all. */
  readonly livingUnits?: readonly number[];
  /** From which densities the dense product is faster on this device; not saved. Default: a table of ours by backend. */
  readonly breakEven?: BreakEven;
}

/** The slope below 0 of an activation that is the identity above; `null` for any other. */
export function slopeOf({ activation = 'linear', negativeSlope = 0.1 }: SparseDenseOptions): number | null {
  if (activation === 'linear') return 1;
  if (activation === 'relu') return 0;
  return activation === 'leakyRelu' ? negativeSlope : null;
}

const INITIALIZERS: readonly SparseInitializer[] = ['sparseHe', 'heUniform', 'glorotUniform'];
const COUNTS = ['epsilon', 'density', 'fanIn', 'connections'] as const;

/** Throws for options that are wrong whatever the input shape is. */
export function checkSparseDense(options: SparseDenseOptions): void {
  const where = 'SparseDense';
  const demand = (holds: boolean, argument: string, got: unknown, expected: string) => {
    if (!holds) throw new ArgumentError({ where, argument: `options.${argument}`, got, expected });
  };
  const { units, fanIn, connections, livingUnits, kernelInitializer = 'sparseHe', seed } = options;
  const { negativeSlope = 0, dropout = 0 } = options;
  const whole = (value: number) => Number.isSafeInteger(value) && value > 0;
  demand(whole(units), 'units', units, 'a positive integer');
  // A loaded config holds null for what was not given.
  const given = COUNTS.filter((name) => options[name] != null);
  const asked = given.filter((name) => name !== 'connections');
  if (given.length === 0 || asked.length > 1) {
    const expected = 'one of epsilon, density and fanIn, or a number of connections';
    throw new ArgumentError({ where, argument: 'options', got: given, expected });
  }
  if (options.epsilon != null) connectionProbability(where, [1, 1], { epsilon: options.epsilon });
  if (options.density != null) connectionProbability(where, [1, 1], { density: options.density });
  if (fanIn != null) demand(whole(fanIn), 'fanIn', fanIn, 'a positive integer');
  if (connections != null) {
    demand(
      Number.isSafeInteger(connections) && connections >= 0,
      'connections',
      connections,
      'an integer ≥ 0',
    );
  }
  const rises = livingUnits?.every(
    (unit, i) => whole(unit + 1) && unit < units && !(unit <= livingUnits[i - 1]!),
  );
  demand(rises ?? true, 'livingUnits', livingUnits, `rising integers in [0, ${units})`);
  const known = INITIALIZERS.includes(kernelInitializer);
  demand(known, 'kernelInitializer', kernelInitializer, INITIALIZERS.map((name) => `'${name}'`).join(', '));
  demand(Number.isFinite(negativeSlope), 'negativeSlope', negativeSlope, 'a finite number');
  dropRate(where, 'options.dropout', dropout);
  if (seed != null) demand(Number.isSafeInteger(seed), 'seed', seed, 'an integer');
}

/** Throws if a built layer cannot hold what its options ask for. */
export function checkCapacity({ units, fanIn, connections }: SparseDenseOptions, inputs: number): void {
  const demand = (argument: string, got: number, most: number) => {
    if (got <= most) return;
    const expected = `at most ${most} for ${inputs} inputs and ${units} units`;
    throw new ArgumentError({ where: 'SparseDense', argument: `options.${argument}`, got, expected });
  };
  if (fanIn != null) demand('fanIn', fanIn, inputs);
  if (connections != null) demand('connections', connections, inputs * units);
}

/** Throws if a layer cannot take these connections. */
export function checkRewiring(
  { units, positions }: { readonly units: number; readonly positions: number },
  topology: Topology,
  values: Float32Array,
): void {
  const where = 'SparseDense.rewire';
  const { inputs, outputs, rowIndices } = topology;
  if (outputs !== units || inputs !== positions / units) {
    const expected = `from ${positions / units} inputs to ${units} outputs`;
    throw new ArgumentError({ where, argument: 'topology', got: `${inputs} to ${outputs}`, expected });
  }
  checkTopology(where, topology);
  if (values.length !== rowIndices.length) {
    const expected = `${rowIndices.length} numbers, one for each connection`;
    throw new ArgumentError({ where, argument: 'values', got: `${values.length} numbers`, expected });
  }
}
