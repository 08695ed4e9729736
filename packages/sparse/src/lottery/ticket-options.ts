import { ArgumentError, type CheckpointStorage } from '@arborize/core';
import type { Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { MaskSet } from '../pruning/mask-set.ts';
import { checkStructure, isNofM, type Structure } from '../pruning/structure.ts';

/** Controls of an experiment: see {@link LotteryTicket.branch}. */
export type BranchKind = 'randomMask' | 'reinit' | 'oneShot';

/** What a weight that survives is set back to: see {@link LotteryTicket}. */
export type Rewind = 'init' | 'learningRate' | 'none' | { readonly step: number };

/** Numbers that a training gives, by name. */
export type TicketMetrics = Readonly<Record<string, number>>;

/** What `train` is told. */
export interface TicketRun {
  readonly kind: 'ticket' | BranchKind;
  /** How often the network has been pruned. */
  readonly level: number;
  /** What is kept, by the names of the model; `null` for the dense network. */
  readonly masks: MaskSet | null;
  /**
   * Where the learning-rate schedule begins, in steps: 0; the step that weights are rewound to; or, without rewinding, the end
   * of the dense network's training. The optimiser counts its steps from here.
   */
  readonly startStep: number;
  /** Keeps pruned weights at 0: compile the model with `run.masked(optimizer)`, the optimiser being a new one. */
  readonly masked: <O extends Optimizer>(optimizer: O) => O;
}

/** How {@link LotteryTicket} prunes. */
export interface TicketPruning {
  /** p: the share of the weights that are left which goes at each level, in (0, 1). Default 0.2. */
  readonly fraction?: number;
  /** Default `'global'`. */
  readonly scope?: 'global' | 'layer';
  /** Names of layers that stay dense. Default none. */
  readonly exclude?: readonly string[];
  /** The last layer loses p · outputFactor, in [0, 1]; anything but 1 needs `scope: 'layer'`. Default 1. */
  readonly outputFactor?: number;
  /** Default `'unstructured'`. */
  readonly structure?: Structure;
  /** At least this share of each tensor stays, in [0, 1). Default 0. */
  readonly minLayerDensity?: number;
}

/** Options of {@link LotteryTicket}. */
export interface LotteryTicketOptions {
  /** Makes the network, always the same for the same seed; not compiled. */
  readonly buildModel: (seed: number) => LayersModel;
  /** Compiles the model with `run.masked(optimizer)`, trains it to the end, and measures it. */
  readonly train: (model: LayersModel, run: TicketRun) => Promise<TicketMetrics>;
  /** How often to prune, an integer ≥ 1: after level ℓ about (1 − p)^ℓ is left. */
  readonly levels: number;
  readonly prune?: TicketPruning;
  /** Default `'init'`. */
  readonly rewind?: Rewind;
  /** Default 0. */
  readonly seed?: number;
  /** Where every finished level is kept, e.g. `fileStorage('run.tickets')`. Default: nowhere. */
  readonly storage?: CheckpointStorage;
}

/** Throws for options out of range. */
export function checkTicketOptions({
  levels,
  prune = {},
  rewind = 'init',
  seed = 0,
  ...rest
}: LotteryTicketOptions): void {
  const demand = (holds: boolean, option: string, got: unknown, expected: string) => {
    const where = 'LotteryTicket';
    if (!holds) throw new ArgumentError({ where, argument: `options.${option}`, got, expected });
  };
  const {
    fraction = 0.2,
    scope = 'global',
    outputFactor = 1,
    structure = 'unstructured',
    minLayerDensity = 0,
  } = prune;
  for (const name of ['buildModel', 'train'] as const) {
    demand(typeof rest[name] === 'function', name, rest[name], 'a function');
  }
  demand(Number.isSafeInteger(levels) && levels > 0, 'levels', levels, 'a positive integer');
  demand(Number.isSafeInteger(seed), 'seed', seed, 'an integer');
  demand(fraction > 0 && fraction < 1, 'prune.fraction', fraction, 'in (0, 1)');
  demand(scope === 'global' || scope === 'layer', 'prune.scope', scope, "'global' or 'layer'");
  demand(outputFactor >= 0 && outputFactor <= 1, 'prune.outputFactor', outputFactor, 'in [0, 1]');
  const alone = outputFactor === 1 || scope === 'layer';
  demand(alone, 'prune.outputFactor', outputFactor, "1 unless prune.scope is 'layer'");
  demand(minLayerDensity >= 0 && minLayerDensity < 1, 'prune.minLayerDensity', minLayerDensity, 'in [0, 1)');
  checkStructure('LotteryTicket', structure);
  demand(!isNofM(structure) || levels === 1, 'levels', levels, '1 where the structure is { n, m }');
  const known = rewind === 'init' || rewind === 'learningRate' || rewind === 'none';
  const step = typeof rewind === 'object' && Number.isSafeInteger(rewind.step) && rewind.step > 0;
  demand(
    known || step,
    'rewind',
    rewind,
    "'init', 'learningRate', 'none' or { step } with a positive integer",
  );
}
