import { Callback } from '@tensorflow/tfjs-layers';
import { ArgumentError } from '../../errors/argument-error.ts';
import { trainedModel } from '../trained-model.ts';
import { type CheckpointContents, saveCheckpoint } from './checkpoint.ts';
import type { CheckpointStorage } from './checkpoint-storage.ts';

/** Options of {@link checkpointing}. */
export interface CheckpointingOptions {
  /** Where to save; each checkpoint replaces the one before. */
  readonly storage: CheckpointStorage;
  /** Save after every so many epochs, an integer ≥ 1. Default 1. */
  readonly every?: number;
  /** Random streams to save along, by name. Default none. */
  readonly random?: CheckpointContents['random'];
  /** Gives a JSON value to save along. Default none. */
  readonly user?: () => unknown;
}

/**
 * A callback that saves a checkpoint after every `every` epochs; see {@link saveCheckpoint} for what it holds.
 *
 * Put it last, so that it sees the weights as other callbacks leave them.
 *
 * @throws ArgumentError if `every` is not an integer ≥ 1.
 *
 * @example
 * const storage = fileStorage('run.checkpoint');
 * const epoch = (await loadCheckpoint(storage, model))?.epoch ?? 0;
 * await model.fitDataset(seededBatches(xs, ys, { seed: 1, startEpoch: epoch }), {
 *   initialEpoch: epoch,
 *   epochs: 20,
 *   callbacks: [checkpointing({ storage })],
 * });
 */
export function checkpointing(options: CheckpointingOptions): Callback {
  const { every = 1 } = options;
  if (!(Number.isInteger(every) && every >= 1)) {
    throw new ArgumentError({
      where: 'checkpointing',
      argument: 'every',
      got: every,
      expected: 'an integer ≥ 1',
    });
  }
  return new Checkpointing({ ...options, every });
}

class Checkpointing extends Callback {
  constructor(private readonly options: CheckpointingOptions & { every: number }) {
    super();
  }

  override async onEpochEnd(epoch: number): Promise<void> {
    const { storage, every, random, user } = this.options;
    const done = epoch + 1;
    if (done % every !== 0) return;
    const model = trainedModel(this, 'checkpointing');
    await saveCheckpoint(storage, { model, epoch: done, random, user: user?.() });
  }
}
