import { clone, dispose, keep, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { Callback } from '@tensorflow/tfjs-layers';
import { ArgumentError } from '../../errors/argument-error.ts';
import { trainedModel } from '../trained-model.ts';

/** Options of {@link earlyStopping}. */
export interface EarlyStoppingOptions {
  /** The quantity to watch, as named in the history: `'loss'`, `'acc'`, `'val_acc'`, … Default `'val_loss'`. */
  readonly monitor?: string;
  /** How many epochs in a row may pass without improvement before training stops; an integer ≥ 1. Default 1. */
  readonly patience?: number;
  /** The least change that counts as an improvement, ≥ 0. Default 0. */
  readonly minDelta?: number;
  /** Whether smaller or larger is better. Default `'max'` where the monitor's name contains `acc`, else `'min'`. */
  readonly mode?: 'min' | 'max';
  /** Whether to put the weights of the best epoch back when training ends, stopped early or not. Default true. */
  readonly restoreBest?: boolean;
}

/**
 * A callback that stops training when a quantity no longer improves, and then restores the weights of the best epoch
 * bit for bit (tfjs-layers' own `earlyStopping` cannot restore).
 *
 * After training, `best` and `bestEpoch` tell which epoch was best. The optimiser's state is not rewound, and each
 * `fit` begins a new count, also one that resumes from a checkpoint.
 *
 * @throws ArgumentError for a bad option, and when training begins with a monitor that will not be measured.
 *
 * @example
 * const stopping = earlyStopping({ monitor: 'val_loss', patience: 5 });
 * await model.fit(xs, ys, { epochs: 200, validationData: [xVal, yVal], callbacks: [stopping] });
 * stopping.bestEpoch; // e.g. 37, counted from 0
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): EarlyStopping {
  return new EarlyStopping(options);
}

/** The callback of {@link earlyStopping}. */
export class EarlyStopping extends Callback {
  /** The best value seen, or null before the first epoch ended. */
  best: number | null = null;
  /** The epoch, counted from 0, with the best value. */
  bestEpoch: number | null = null;
  private readonly options: Required<EarlyStoppingOptions>;
  private epochsWithoutImprovement = 0;
  private bestWeights: Tensor[] = [];

  constructor(options: EarlyStoppingOptions) {
    super();
    this.options = withDefaults(options);
  }

  override async onTrainBegin(): Promise<void> {
    trainedModel(this, 'earlyStopping');
    const measured = this.params.metrics as string[];
    if (!measured.includes(this.options.monitor)) {
      throw new ArgumentError({
        where: 'earlyStopping',
        argument: 'monitor',
        got: this.options.monitor,
        expected: `one of the measured quantities ${measured.map((m) => `'${m}'`).join(', ')}`,
        remedy: 'Quantities that begin with val_ need validationData or validationSplit.',
      });
    }
    this.best = null;
    this.bestEpoch = null;
    this.epochsWithoutImprovement = 0;
    this.forget();
  }

  override async onEpochEnd(epoch: number, logs: Record<string, number | Tensor> = {}): Promise<void> {
    const logged = logs[this.options.monitor]!;
    const value = typeof logged === 'number' ? logged : (await logged.data())[0]!;
    if (this.improves(value)) {
      this.best = value;
      this.bestEpoch = epoch;
      this.epochsWithoutImprovement = 0;
      if (this.options.restoreBest) this.remember();
    } else if (++this.epochsWithoutImprovement >= this.options.patience) {
      this.model.stopTraining = true;
    }
  }

  override async onTrainEnd(): Promise<void> {
    // `assign` and not `setWeights`, which would pass the weights through their constraints once more.
    this.bestWeights.forEach((best, i) => {
      (this.model.weights[i]!.read() as Variable).assign(best);
    });
    this.forget();
  }

  private improves(value: number): boolean {
    const { mode, minDelta } = this.options;
    if (Number.isNaN(value)) return false;
    if (this.best === null) return true;
    return mode === 'min' ? value < this.best - minDelta : value > this.best + minDelta;
  }

  private remember(): void {
    this.forget();
    this.bestWeights = this.model.weights.map((weight) => keep(clone(weight.read())));
  }

  private forget(): void {
    dispose(this.bestWeights);
    this.bestWeights = [];
  }
}

function withDefaults(options: EarlyStoppingOptions): Required<EarlyStoppingOptions> {
  const { monitor = 'val_loss', patience = 1, minDelta = 0, restoreBest = true } = options;
  const { mode = monitor.includes('acc') ? 'max' : 'min' } = options;
  const where = 'earlyStopping';
  if (!(Number.isInteger(patience) && patience >= 1)) {
    throw new ArgumentError({ where, argument: 'patience', got: patience, expected: 'an integer ≥ 1' });
  }
  if (!(minDelta >= 0)) {
    throw new ArgumentError({ where, argument: 'minDelta', got: minDelta, expected: 'a number ≥ 0' });
  }
  if (mode !== 'min' && mode !== 'max') {
    throw new ArgumentError({ where, argument: 'mode', got: mode, expected: "'min' or 'max'" });
  }
  return { monitor, patience, minDelta, mode, restoreBest };
}
