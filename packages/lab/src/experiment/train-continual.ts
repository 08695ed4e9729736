import { Random } from '@arborize/core';
import type { Dataset } from '@arborize/datasets';
import {
  type ContextSource,
  type ContinualTask,
  ContinualTrainer,
  type ContinualTrainerOptions,
  finalAccuracy,
} from '@arborize/dendritic';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Scale, Task, Variant } from './experiment.ts';
import type { Picture } from './picture.ts';
import { totalEpochs } from './total-epochs.ts';

/** What a continual variant builds its model and contexts from. */
export interface ContinualRequest {
  readonly data: Dataset;
  readonly scale: Scale;
  readonly tasks: number;
  readonly seed: number;
  readonly random: Random;
}

/** A model for tasks one after another. */
export interface ContinualModel
  extends Partial<Pick<ContinualTrainerOptions, 'keepOptimizer' | 'synapticIntelligence' | 'optimizer'>> {
  readonly model: LayersModel;
  readonly contexts?: ContextSource;
  /** Of Adam. Default: that of the protocol. */
  readonly learningRate?: number;
}

/** A trained model and what it was trained on. */
export interface TrainedContinual extends ContinualModel {
  readonly tasks: readonly ContinualTask[];
  readonly trainer: ContinualTrainer;
}

export interface TrainContinualOptions {
  /** The tasks that the data are made into; `dispose` frees what they share. */
  readonly makeTasks: (task: Task) => { tasks: readonly ContinualTask[]; dispose(): void };
  readonly build: (request: ContinualRequest) => ContinualModel;
  /** Metrics of the trained model beside the usual ones. */
  readonly measure?: (trained: TrainedContinual) => Promise<Record<string, number>>;
  /** Pictures of the trained model, drawn for seed 0. */
  readonly pictures?: (trained: TrainedContinual) => Promise<readonly Picture[]>;
}

/**
 * A variant that trains one model on tasks one after another, the protocol's epochs on each, and after each task tests it on
 * all tasks so far: the metrics `accuracy`, the mean after the last task, `forgetting` and `backwardTransfer`. After a kill it
 * goes on with the epoch that it was in.
 */
export function trainContinual({ makeTasks, build, measure, pictures }: TrainContinualOptions): Variant {
  return async (task) => {
    const { protocol, seed, storage, progress } = task;
    const { tasks, dispose } = makeTasks(task);
    const random = new Random(seed);
    const made = build({ data: task.data, scale: task.scale, tasks: tasks.length, seed, random });
    const { model, learningRate = protocol.phases[0]!.learningRate, ...rest } = made;
    const parameters = trainableParameters(model);
    const epochs = totalEpochs(protocol);
    const trainer = new ContinualTrainer({
      optimizer: () => tf.train.adam(learningRate),
      ...rest,
      model,
      epochs,
      batchSize: protocol.batchSize,
      seed,
      ...(storage && { storage }),
      onProgress: ({ task: number, epoch, fraction }) =>
        progress((number + (epoch + fraction) / epochs) / tasks.length, `task ${number + 1}/${tasks.length}`),
    });
    try {
      await trainer.run(tasks);
      const { accuracies, forgetting, backwardTransfer } = trainer;
      const accuracyAfter = (count: number) => finalAccuracy(accuracies.slice(0, count));
      const curve = trainer.seconds.map((seconds, i) => ({
        epoch: i + 1,
        seconds,
        accuracy: accuracyAfter(i + 1),
      }));
      const trained = { ...made, tasks, trainer };
      return {
        metrics: {
          accuracy: trainer.finalAccuracy,
          forgetting,
          backwardTransfer,
          ...(await measure?.(trained)),
        },
        parameters,
        curve,
        ...(seed === 0 && pictures && { pictures: await pictures(trained) }),
      };
    } finally {
      trainer.dispose();
      made.synapticIntelligence?.dispose();
      model.dispose();
      dispose();
    }
  };
}

function trainableParameters({ trainableWeights }: LayersModel): number {
  return trainableWeights.reduce((sum, { shape }) => sum + tf.util.sizeFromShape(shape as number[]), 0);
}
