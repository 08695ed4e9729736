import { wrapOptimizer } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { applyMasks } from '../pruning/apply-masks.ts';
import type { MaskSet } from '../pruning/mask-set.ts';
import { maskedOptimizer } from '../pruning/masked-optimizer.ts';
import { type Snapshot, takeSnapshot } from './snapshot.ts';
import type { LotteryTicketOptions, TicketMetrics, TicketRun } from './ticket-options.ts';

/** What a training gave. */
export interface TrainedTicket {
  readonly metrics: TicketMetrics;
  readonly steps: number;
  readonly trained: Snapshot;
  /** The weights after the step that was asked for. */
  readonly captured: Snapshot | null;
}

/**
 * Trains a model under its masks by the caller's function.
 *
 * @param captureAt The step after which the weights are kept, if any.
 */
export async function trainTicket(
  model: LayersModel,
  train: LotteryTicketOptions['train'],
  run: Omit<TicketRun, 'masked'>,
  captureAt: number | null,
): Promise<TrainedTicket> {
  const { masks, startStep } = run;
  if (masks) applyMasks(model, masks);
  let steps = 0;
  let kept: tf.Tensor[] | null = null;
  const masked = <O extends tf.Optimizer>(optimizer: O): O => {
    // Schedules that count steps read them from the optimiser.
    Object.assign(optimizer, { iterations_: startStep });
    return wrapOptimizer(masks ? maskedOptimizer(optimizer, model, masks) : optimizer, (gradients, apply) => {
      apply(gradients);
      if (++steps === captureAt) kept = model.weights.map((weight) => tf.keep(tf.clone(weight.read())));
    });
  };
  try {
    const metrics = await train(model, { ...run, masked });
    if (steps === 0)
      throw new Error(`LotteryTicket: train made no step with run.masked(optimizer). ${REMEDY}`);
    if (captureAt !== null && !kept) {
      const ended = `training ended after ${steps}`;
      throw new Error(`LotteryTicket: weights are to be rewound to step ${captureAt}, but ${ended}.`);
    }
    const trained = await takeSnapshot(model);
    if (masks) assertPruned(trained, masks);
    const captured = kept && (await readAll(kept, trained));
    return { metrics, steps, trained, captured };
  } finally {
    tf.dispose(kept ?? []);
    model.optimizer?.dispose();
  }
}

const REMEDY =
  'Compile the model with it, e.g. model.compile({ optimizer: run.masked(tf.train.adam()), … }).';

function readAll(tensors: readonly tf.Tensor[], like: Snapshot): Promise<Snapshot> {
  return Promise.all(
    like.map(async (block, i) => ({ ...block, values: (await tensors[i]!.data()) as typeof block.values })),
  );
}

function assertPruned(trained: Snapshot, masks: MaskSet): void {
  for (const { name, values } of trained) {
    const bits = masks.get(name)?.bits;
    if (!bits) continue;
    for (let i = 0; i < values.length; i++) {
      if (values[i] === 0 || (bits[i >> 3]! >> (i & 7)) & 1) continue;
      throw new Error(
        `LotteryTicket: train let the pruned weight ${i} of ${name} become ${values[i]}. ${REMEDY}`,
      );
    }
  }
}
