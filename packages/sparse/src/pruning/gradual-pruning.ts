import { ArgumentError, trainedModel } from '@arborize/core';
import type { Optimizer } from '@tensorflow/tfjs-core';
import { Callback, type LayersModel } from '@tensorflow/tfjs-layers';
import { type MagnitudeMasksOptions, magnitudeMasks } from './magnitude-masks.ts';
import { MaskSet } from './mask-set.ts';
import { DeviceMasks, maskGradients } from './masked-optimizer.ts';
import { prunableWeights } from './prunable-weights.ts';
import type { SparsitySchedule } from './sparsity-schedule.ts';

/** Options of {@link gradualPruning}. */
export interface GradualPruningOptions extends Pick<MagnitudeMasksOptions, 'scope' | 'minLayerDensity'> {
  /** How much is pruned when; see {@link polynomialSparsity}. It counts the steps of the optimiser. */
  readonly schedule: SparsitySchedule;
  /** What is removed together. Default `'unstructured'`. */
  readonly structure?: Exclude<MagnitudeMasksOptions['structure'], { n: number }>;
  /** Names of layers that are left alone. Default none. */
  readonly exclude?: readonly string[];
}

/** The callback that {@link gradualPruning} makes. */
export type GradualPruning = Callback & {
  /** The masks as they are now; `null` before training. */
  readonly masks: MaskSet | null;
};

/**
 * A callback that prunes a model while it trains: at the steps of the schedule, the smallest weights that are left become 0,
 * so that the schedule's share is pruned, and stay there.
 *
 * Works on any model and with any optimiser, and adds `sparsity` to the logs of each epoch. A training that goes on from a
 * checkpoint finds the same masks again, by the steps of the optimiser and the zeros. Train on afterwards with
 * {@link maskedOptimizer} and `masks`.
 *
 * @throws ArgumentError for bad options, and when training begins with a model that has nothing to prune.
 * @example
 * const schedule = polynomialSparsity({ finalSparsity: 0.9, endStep: 2000 });
 * const pruning = gradualPruning({ schedule, exclude: ['output'] });
 * await model.fit(xs, ys, { epochs: 10, callbacks: [pruning] });
 * const sparse = await toSparse(model, { masks: pruning.masks });
 * @see Zhu and Gupta, "To prune, or not to prune", arXiv 1710.01878.
 */
export function gradualPruning(options: GradualPruningOptions): GradualPruning {
  if (typeof options.schedule?.lastDue !== 'function') {
    const expected = 'a schedule such as polynomialSparsity({ finalSparsity: 0.9, endStep: 1000 })';
    throw new ArgumentError({
      where: 'gradualPruning',
      argument: 'options.schedule',
      got: options.schedule,
      expected,
    });
  }
  return new GradualPruningCallback(options);
}

class GradualPruningCallback extends Callback {
  masks: MaskSet | null = null;
  private device: DeviceMasks | null = null;
  private original: Optimizer | null = null;

  constructor(private readonly options: GradualPruningOptions) {
    super();
  }

  override async onTrainBegin(): Promise<void> {
    const model = trainedModel(this, 'gradualPruning');
    prunableWeights(model, this.options);
    this.restore();
    this.original = model.optimizer;
    this.masks = null;
    this.device = new DeviceMasks('gradualPruning', model.optimizer, model, new MaskSet([]));
    exchangeOptimizer(model, maskGradients(model.optimizer, this.device));
    const { schedule } = this.options;
    const due = schedule.lastDue(this.original.iterations);
    if (due !== null) await this.prune(schedule.at(due));
  }

  override async onBatchEnd(): Promise<void> {
    const { schedule } = this.options;
    const step = this.model.optimizer.iterations;
    if (schedule.isDue(step)) await this.prune(schedule.at(step));
  }

  override async onEpochEnd(_: number, logs?: Record<string, unknown>): Promise<void> {
    if (logs) logs.sparsity = this.masks ? 1 - this.masks.density : 0;
  }

  override async onTrainEnd(): Promise<void> {
    this.restore();
  }

  private async prune(sparsity: number): Promise<void> {
    const { scope, structure, minLayerDensity } = this.options;
    const within = this.masks ?? undefined;
    const options = { density: 1 - sparsity, scope, structure, minLayerDensity, within };
    this.masks = await magnitudeMasks(prunableWeights(this.model, this.options), options);
    this.device!.exchange(this.masks);
  }

  /** Gives the model its own optimiser back, also after a training that was cut off by an error. */
  private restore(): void {
    if (this.original) exchangeOptimizer(this.model, this.original);
    this.device?.dispose();
    this.device = null;
    this.original = null;
  }
}

/** A model goes on to dispose of an optimiser that it made itself from a name, which its setter would forget. */
function exchangeOptimizer(model: LayersModel, optimizer: Optimizer): void {
  const { isOptimizerOwned } = model as unknown as { isOptimizerOwned: boolean };
  model.optimizer = optimizer;
  Object.assign(model, { isOptimizerOwned });
}
