import { Callback } from '@tensorflow/tfjs-layers';
import { ArgumentError } from '../../errors/argument-error.ts';
import { trainedModel } from '../trained-model.ts';
import { learningRateOf, setLearningRate } from './learning-rate.ts';
import type { Schedule } from './schedule.ts';

/** Options of {@link learningRateSchedule}. */
export interface LearningRateScheduleOptions {
  /** Whether the schedule's time counts epochs or optimiser steps. Default `'epoch'`. */
  readonly per?: 'epoch' | 'step';
}

/**
 * A callback that sets the optimiser's learning rate from a schedule, before each epoch or each step.
 *
 * Epochs count as `fit` counts them, so `initialEpoch` continues the schedule. Steps are those the optimiser has made
 * (`optimizer.iterations`), so a restored checkpoint continues it too.
 *
 * @throws ArgumentError if `per` is something else, and when training begins with an optimiser without learning rate.
 *
 * @example
 * const schedule = linearWarmUp({ length: 5, schedule: cosineSchedule({ initialRate: 0.1, length: 45 }) });
 * await model.fit(xs, ys, { epochs: 50, callbacks: [learningRateSchedule(schedule)] });
 */
export function learningRateSchedule(
  schedule: Schedule,
  { per = 'epoch' }: LearningRateScheduleOptions = {},
): Callback {
  if (per !== 'epoch' && per !== 'step') {
    throw new ArgumentError({
      where: 'learningRateSchedule',
      argument: 'per',
      got: per,
      expected: "'epoch' or 'step'",
    });
  }
  return new LearningRateSchedule(schedule, per);
}

class LearningRateSchedule extends Callback {
  constructor(
    private readonly schedule: Schedule,
    private readonly per: 'epoch' | 'step',
  ) {
    super();
  }

  override async onTrainBegin(): Promise<void> {
    const { optimizer } = trainedModel(this, 'learningRateSchedule');
    if (learningRateOf(optimizer) === undefined) {
      throw new ArgumentError({
        where: 'learningRateSchedule',
        argument: 'optimizer',
        got: optimizer.getClassName(),
        expected: 'an optimiser with a learning rate',
      });
    }
  }

  override async onEpochBegin(epoch: number): Promise<void> {
    if (this.per === 'epoch') setLearningRate(this.model.optimizer, this.schedule.at(epoch));
  }

  override async onBatchBegin(): Promise<void> {
    const { optimizer } = this.model;
    if (this.per === 'step') setLearningRate(optimizer, this.schedule.at(optimizer.iterations));
  }
}
