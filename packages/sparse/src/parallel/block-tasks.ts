import type { TensorSet } from '@arborize/core';
import { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Settings } from './fit-parallel-options.ts';
import type { Named, Task } from './messages.ts';
import { shareTensors } from './shared-tensors.ts';

/** Whole batches in the block of each worker, and in all of the data. */
export function blockBatches(xs: TensorSet, { workers, batchSize }: Settings) {
  const first = xs instanceof Tensor ? xs : (Object.values(xs)[0] as Tensor);
  const count = first.shape[0]!;
  return { batches: Math.floor(count / (workers * batchSize)), updates: Math.floor(count / batchSize) };
}

/** What every worker is told. */
export async function taskOf(
  model: LayersModel,
  xs: TensorSet,
  ys: TensorSet,
  { workers, mode, batchSize, seed, shuffle, epochs, evolution, weightDecay, checkpoint }: Settings,
  rest: Pick<Task, 'state' | 'batches' | 'updates' | 'startEpoch' | 'together'>,
): Promise<Omit<Task, 'worker'>> {
  const {
    learningRate,
    momentum = 0,
    useNesterov = false,
  } = model.optimizer.getConfig() as Record<string, number>;
  return {
    ...rest,
    workers,
    mode,
    topology: model.toJSON() as string,
    loss: model.loss as Named,
    metrics: (model.metrics ?? []) as Named,
    rule: { momentum, nesterov: Boolean(useNesterov), weightDecay },
    learningRate: learningRate!,
    xs: await shareTensors(xs),
    ys: await shareTensors(ys),
    batchSize,
    seed,
    shuffle,
    epochs,
    evolution,
    tellsStates: checkpoint !== undefined,
  };
}
