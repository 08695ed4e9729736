import { ArgumentError, type CheckpointStorage, type TensorSet } from '@arborize/core';
import { type Optimizer, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { demandCount, demandFor, demandOneOf } from '../evolution/check-evolution.ts';
import { type ImportancePruningOptions, importancePruning } from '../evolution/importance-pruning.ts';
import { type SetOptions, setPlan } from '../evolution/set-evolution.ts';
import { SparseDense } from '../layer/sparse-dense.ts';
import type { ParallelWorker } from './worker-pool.ts';

/** How far {@link fitParallel} is. */
export interface ParallelProgress {
  /** 1: all workers train one model; 2: each its own. */
  readonly phase: 1 | 2;
  /** Epochs done, and all. */
  readonly epoch: number;
  readonly epochs: number;
  /** Whose model it is, from 0; `null` in phase 1. */
  readonly worker: number | null;
  /** Loss and metrics by name: means over the epoch; those of validation begin with `val_`. */
  readonly logs: Readonly<Record<string, number>>;
}

/** Options of {@link fitParallel}. */
export interface FitParallelOptions {
  /** Makes a worker whose module calls {@link parallelWorker}; `fitParallel` ends it. */
  readonly worker: () => ParallelWorker;
  /** How many workers, an integer ≥ 1; best as many as there are cores. Default 2. */
  readonly workers?: number;
  /** `'wasap'` (default): updates come when they come. `'wassp'`: all workers step together, and runs repeat. */
  readonly mode?: 'wasap' | 'wassp';
  /** Passes through the data, an integer ≥ 1. */
  readonly epochs: number;
  /** Examples in a batch of one worker, an integer ≥ 1. Default 32. */
  readonly batchSize?: number;
  /** Whether workers shuffle their examples, anew in each epoch. Default `true`. */
  readonly shuffle?: boolean;
  /** Seed of that order, an integer. Default 0. */
  readonly seed?: number;
  /** The share of the epochs in which all train one model, in (0, 1]; then each trains alone. Default 0.7. */
  readonly phase1?: number;
  /** Epochs in which the rate of `'wassp'` rises from that of the optimiser to `workers` times it. Default 5. */
  readonly warmUpEpochs?: number;
  /** λ ≥ 0 of w ← w − η·λ·w at every step. Default 0. The papers' 0.0002 a step at η = 0.01 is 0.02 here. */
  readonly weightDecay?: number;
  /** How SET evolves sparse layers after each epoch; `null` for fixed topologies. Default `{}` where there are sparse layers. */
  readonly evolution?: SetOptions | null;
  /** When units are pruned in phase 1. Default never. */
  readonly importancePruning?: ImportancePruningOptions | null;
  /** Inputs and targets to evaluate the model on after each epoch of phase 1 and in the end. */
  readonly validationData?: readonly [xs: Tensor, ys: Tensor];
  /** Holds a checkpoint after each epoch, in phase 2 of each worker; training goes on from one that is there. */
  readonly checkpoint?: CheckpointStorage;
  /** Called after each epoch; waited for. */
  readonly onEpoch?: (progress: ParallelProgress) => void | Promise<void>;
  /** Aborts the training: `fitParallel` throws its reason, the model is as it was after the last epoch of phase 1. */
  readonly signal?: AbortSignal;
}

export type Settings = Required<
  Omit<FitParallelOptions, 'checkpoint' | 'onEpoch' | 'signal' | 'validationData'>
> &
  Pick<FitParallelOptions, 'checkpoint' | 'onEpoch' | 'signal' | 'validationData'>;

const where = 'fitParallel';

/** The options with their defaults; throws for whatever is wrong with model, data or options. */
export function checkFitParallel(
  model: LayersModel,
  xs: TensorSet,
  ys: TensorSet,
  options: FitParallelOptions,
): Settings {
  checkThreads();
  const isSparse = model.layers.some((layer) => layer instanceof SparseDense);
  const settings: Settings = {
    workers: 2,
    mode: 'wasap',
    batchSize: 32,
    shuffle: true,
    seed: 0,
    phase1: 0.7,
    warmUpEpochs: 5,
    weightDecay: 0,
    importancePruning: null,
    ...options,
    evolution: options.evolution === undefined ? (isSparse ? {} : null) : options.evolution,
  };
  const demand = demandFor(where);
  const { workers, mode, epochs, batchSize, seed, phase1, warmUpEpochs, weightDecay } = settings;
  demand(typeof settings.worker === 'function', 'worker', settings.worker, 'a function that makes a worker');
  for (const [name, count] of Object.entries({ workers, epochs, batchSize }))
    demandCount(demand, name, count);
  demandOneOf(demand, 'mode', mode, ['wasap', 'wassp']);
  demand(Number.isSafeInteger(seed), 'seed', seed, 'an integer');
  demand(phase1 > 0 && phase1 <= 1, 'phase1', phase1, 'in (0, 1]');
  demand(
    Number.isSafeInteger(warmUpEpochs) && warmUpEpochs >= 0,
    'warmUpEpochs',
    warmUpEpochs,
    'an integer ≥ 0',
  );
  demand(weightDecay >= 0 && Number.isFinite(weightDecay), 'weightDecay', weightDecay, 'a number ≥ 0');
  if ((settings.evolution || settings.importancePruning) && !isSparse) {
    demand(false, 'evolution', settings.evolution, 'null for a model without SparseDense layers');
  }
  if (settings.evolution) setPlan(`${where}: evolution`, settings.evolution);
  if (settings.importancePruning) importancePruning(settings.importancePruning);
  checkModel(model);
  checkData(xs, ys, workers, batchSize);
  return settings;
}

function checkThreads(): void {
  if (typeof SharedArrayBuffer !== 'undefined') return;
  throw new Error(
    `${where}: this page may not share memory between threads. Serve it with the headers ` +
      '"Cross-Origin-Opener-Policy: same-origin" and "Cross-Origin-Embedder-Policy: require-corp".',
  );
}

function checkModel(model: LayersModel): void {
  const fault = (got: unknown, expected: string, remedy?: string) =>
    new ArgumentError({ where, argument: 'model', got, expected, remedy });
  const { optimizer, loss, metrics } = model;
  if (!optimizer) throw fault(`${model.name}, which is not`, 'compiled');
  const stock = Object.getPrototypeOf(optimizer) as Optimizer;
  if (
    !['SGD', 'Momentum'].includes(optimizer.getClassName()) ||
    optimizer.applyGradients !== stock.applyGradients
  ) {
    throw fault(optimizer.getClassName(), 'compiled with tf.train.sgd or tf.train.momentum, not wrapped');
  }
  for (const [what, names] of Object.entries({ loss, metrics: metrics ?? [] })) {
    const all = typeof names === 'object' ? Object.values(names).flat() : [names];
    if (all.every((name) => typeof name === 'string')) continue;
    const remedy = 'A function cannot be sent to workers.';
    throw fault(`${what} ${all.map(String).join(', ')}`, `compiled with ${what} given by name`, remedy);
  }
  const state = model.layers
    .filter(
      (layer) =>
        !(layer instanceof SparseDense) && layer.nonTrainableWeights.some(({ dtype }) => dtype === 'float32'),
    )
    .map(({ name }) => name);
  if (state.length > 0) {
    const expected =
      'without weights that are not trained, as those of batch normalisation or of frozen layers';
    throw fault(`layers ${state.join(', ')}`, expected);
  }
}

function checkData(xs: TensorSet, ys: TensorSet, workers: number, batchSize: number): void {
  const tensors = [xs, ys].flatMap((set) => (set instanceof Tensor ? [set] : Object.values(set)));
  const counts = tensors.map(({ shape }: Tensor) => shape[0] ?? 0);
  const fault = (got: unknown, expected: string) => {
    throw new ArgumentError({ where, argument: 'xs and ys', got, expected });
  };
  if (counts.some((count) => count !== counts[0])) fault(counts, 'tensors with the same number of examples');
  if (counts[0]! < workers * batchSize) {
    fault(
      `${counts[0]} examples`,
      `at least ${workers * batchSize} examples, a batch of ${batchSize} for each worker`,
    );
  }
}
