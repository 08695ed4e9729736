import { Random, type SeededBatches, seededBatches } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import { evolvingLayers } from '../evolution/evolution-callback.ts';
import { setPlan } from '../evolution/set-evolution.ts';
import type { Parting, ServerMessage, Task } from './messages.ts';
import { Replica } from './replica.ts';
import { rowsOf } from './shared-tensors.ts';
import { asynchronous, synchronous } from './train-together.ts';
import { type WorkerPort, workerPort } from './worker-port.ts';

/**
 * Makes this thread a worker of {@link fitParallel}: call it in the module of the worker, after it has set its backend and
 * registered the layers that the model has besides those of TensorFlow.js and this package.
 *
 * @returns When the training is over; the thread then ends by itself.
 * @throws Error in a thread that is no worker. What goes wrong in training is thrown by `fitParallel`.
 * @example
 * // worker.js
 * import { useBackend } from '@arborize/backends';
 * import { parallelWorker } from '@arborize/sparse';
 * await useBackend('wasm', { threads: 1 });
 * await parallelWorker();
 */
export async function parallelWorker(): Promise<void> {
  const port = await workerPort();
  if (!port)
    throw new Error('parallelWorker: this is no worker. Call it in the module that the worker runs.');
  try {
    // Says so itself, because what a page posts while a module of a worker still waits is lost.
    port.post({ kind: 'ready', lock: port.lock });
    const { task } = (await port.next()) as Extract<ServerMessage, { kind: 'task' }>;
    await train(task, port);
  } catch (error) {
    const { message, stack } = error as Error;
    port.post({ kind: 'failed', message, stack });
  }
  port.close();
}

async function train(task: Task, port: WorkerPort): Promise<void> {
  if (!tf.getBackend()) throw new Error('no backend is set. Call useBackend before parallelWorker.');
  const replica = await Replica.of(task);
  const count = task.batches * task.batchSize;
  const [xs, ys] = [task.xs, task.ys].map((set) => rowsOf(set, task.worker * count, count));
  const { seed, worker, batchSize, shuffle } = task;
  const pass = (startEpoch: number) =>
    seededBatches(xs!, ys!, { seed: seed + worker, batchSize, shuffle, startEpoch });
  if (task.startEpoch < task.together) await trainTogether(task, replica, pass(task.startEpoch), port);
  if (task.together < task.epochs) {
    const { parting } = (await port.next()) as Extract<ServerMessage, { kind: 'part' }>;
    replica.load();
    await trainAlone(task, parting, replica, pass(task.together), port);
  }
}

async function trainTogether(task: Task, replica: Replica, batches: SeededBatches, port: WorkerPort) {
  const make = task.mode === 'wasap' ? asynchronous : synchronous;
  const exchange = make(task, replica, () => port.post({ kind: 'epoch' }));
  for (;;) {
    for await (const batch of read(batches)) {
      const logs = await replica.train(batch);
      if (!exchange(await replica.gradients(), logs)) return;
    }
  }
}

async function trainAlone(
  { epochs, together, evolution }: Task,
  { random: state, livingUnits }: Parting,
  replica: Replica,
  batches: SeededBatches,
  port: WorkerPort,
): Promise<void> {
  replica.goAlone(livingUnits);
  const random = Random.fromState(state);
  const { model } = replica;
  const plan = evolution && setPlan('fitParallel', evolution);
  for (let epoch = together; epoch < epochs; epoch++) {
    let sums: number[] = [];
    for await (const batch of read(batches)) {
      const logs = await replica.train(batch);
      sums = logs.map((value, i) => value + (sums[i] ?? 0));
    }
    if (plan && epoch < epochs - 1) {
      const { optimizer } = model;
      const layers = evolvingLayers(model, 'fitParallel');
      await plan.evolve({ layers, t: epoch + 1, total: epochs, optimizer, random, gradientOf: () => null });
    }
    port.post({ kind: 'alone', epoch, logs: sums.map((sum) => sum / batches.size) });
  }
  port.post({ kind: 'result', result: await replica.result() });
}

/** The batches of one pass; each is disposed of when the next is asked for. */
async function* read(batches: SeededBatches) {
  const iterator = await batches.iterator();
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    try {
      yield next.value;
    } finally {
      tf.dispose([next.value.xs, next.value.ys] as tf.TensorContainer);
    }
  }
}
