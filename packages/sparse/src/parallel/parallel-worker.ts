import { Random } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import { evolvingLayers } from '../evolution/evolution-callback.ts';
import { setPlan } from '../evolution/set-evolution.ts';
import { blockPass } from './block-pass.ts';
import type { Parting, ServerMessage, Task } from './messages.ts';
import { Replica } from './replica.ts';
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
  if (task.startEpoch < task.together) await trainTogether(task, replica, port);
  if (task.together < task.epochs) {
    const { parting } = (await port.next()) as Extract<ServerMessage, { kind: 'part' }>;
    await trainAlone(task, parting, replica, port);
  }
}

async function trainTogether(task: Task, replica: Replica, port: WorkerPort): Promise<void> {
  const make = task.mode === 'wasap' ? asynchronous : synchronous;
  const exchange = make(task, replica, () => port.post({ kind: 'epoch' }));
  // Of its own block: asynchronous workers may be ahead of the server, or behind.
  for (let pass = task.startEpoch; ; pass++) {
    for (const batch of blockPass(task, pass)) {
      const logs = await replica.train(batch);
      if (!(await replica.handOver((gradients) => exchange(gradients, logs)))) return;
    }
  }
}

async function trainAlone(task: Task, parting: Parting, replica: Replica, port: WorkerPort): Promise<void> {
  const { epochs, evolution, batches } = task;
  replica.goAlone(parting);
  const random = Random.fromState(parting.random);
  const { model } = replica;
  const plan = evolution && setPlan('fitParallel', evolution);
  for (let epoch = parting.epoch; epoch < epochs; epoch++) {
    let sums: number[] = [];
    for (const batch of blockPass(task, epoch)) {
      const logs = await replica.train(batch);
      sums = logs.map((value, i) => value + (sums[i] ?? 0));
    }
    if (plan && epoch < epochs - 1) {
      const { optimizer } = model;
      const layers = evolvingLayers(model, 'fitParallel');
      await plan.evolve({ layers, t: epoch + 1, total: epochs, optimizer, random, gradientOf: () => null });
    }
    const where = async () => ({ epoch: epoch + 1, random: random.state(), result: await replica.result() });
    const state = task.tellsStates ? await where() : null;
    port.post({ kind: 'alone', epoch, logs: sums.map((sum) => sum / batches), state });
  }
  port.post({ kind: 'result', result: await replica.result() });
}
