import { ArgumentError, type Schedule, trainedModel } from '@arborize/core';
import { Callback } from '@tensorflow/tfjs-layers';
import { DropConnectDense } from './drop-connect-dense.ts';

/**
 * A callback that sets the drop rate of every `DropConnectDense` of the model from a schedule, before each epoch.
 *
 * Epochs count as `fit` counts them, so `initialEpoch` continues the schedule. The rates must stay in [0, 1).
 *
 * @param schedule Gives the rate at each epoch, e.g. `piecewiseSchedule` of `@arborize/core`.
 * @throws ArgumentError for what is no schedule, and in training when it gives a rate outside [0, 1).
 * @example
 * const schedule = piecewiseSchedule({ boundaries: [10, 20], rates: [0, 0.25, 0.5] });
 * await model.fit(xs, ys, { epochs: 60, callbacks: [dropRateSchedule(schedule)] });
 */
export function dropRateSchedule(schedule: Schedule): Callback {
  if (typeof schedule?.at !== 'function') {
    const expected = 'a schedule such as piecewiseSchedule({ boundaries: [10], rates: [0, 0.5] })';
    throw new ArgumentError({ where: 'dropRateSchedule', argument: 'schedule', got: schedule, expected });
  }
  return new DropRateSchedule(schedule);
}

class DropRateSchedule extends Callback {
  constructor(private readonly schedule: Schedule) {
    super();
  }

  override async onEpochBegin(epoch: number): Promise<void> {
    for (const layer of trainedModel(this, 'dropRateSchedule').layers) {
      if (layer instanceof DropConnectDense) layer.rate = this.schedule.at(epoch);
    }
  }
}
