import type { TensorSet } from '@arborize/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkFitParallel, type FitParallelOptions } from './fit-parallel-options.ts';
import { type ParallelResult, ParallelServer } from './parallel-server.ts';
import { WorkerLost, WorkerPool } from './worker-pool.ts';

/** The error of a training that lost a worker. */
export class ParallelTrainingError extends Error {
  override readonly name = 'ParallelTrainingError';

  constructor(
    message: string,
    /** Which worker, from 0. */
    readonly worker: number,
    /** Epochs that all have done together; the model is as it was after them. */
    readonly epoch: number,
    options: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Trains a model on several cores: each worker has an engine and a block of the data of its own, weights and topologies lie in
 * memory that all share.
 *
 *     WASAP  each worker, when it has a gradient:   a ← m·a + g_k,   w ← w − η·a
 *     WASSP  all workers together:   a ← m·a + Σ_k g_k / K,   w ← w − η′·a,   η′ = η·(1 + (K − 1)·min(epoch, E) / E)
 *
 * Phase 1, the first `phase1` of the epochs: after as many updates as the data has batches, or steps of all workers as a block
 * has, the topology evolves by SET; of a gradient that is older, what belongs to removed connections is dropped. Phase 2: each worker
 * trains and evolves its own copy on its own block. In the end the copies are averaged over the union of their connections, and the
 * strongest are kept, as many as before. One worker does what `fitDataset` does with `seededBatches` and `setEvolution`.
 *
 * The optimiser says rate, momentum and Nesterov; its moments go on. Examples beyond whole batches for all workers are left
 * out. The data is copied once for all workers, and once more into the engine of each, block by block.
 *
 * @param model Compiled with `tf.train.sgd` or `tf.train.momentum`, loss and metrics by name. Changed in place, after each epoch.
 * @param xs Inputs, each [N, …]; they stay the caller's.
 * @param ys Targets, each [N, …].
 * @returns The means of loss and metrics by epoch, and of the finished model on the validation data.
 * @throws ArgumentError for bad arguments, before any worker is made; ParallelTrainingError if a worker fails or is gone; Error
 * in a page that is not cross-origin isolated; the reason of `signal`.
 * @example
 * // worker.js: await useBackend('wasm', { threads: 1 }); await parallelWorker();
 * model.compile({ optimizer: tf.train.momentum(0.01, 0.9), loss: 'categoricalCrossentropy' });
 * const worker = () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
 * await fitParallel(model, xs, ys, { worker, workers: 2, epochs: 10, batchSize: 128 });
 * @see Curci et al., "Truly Sparse Neural Networks at Scale", arXiv 2102.01732, WASAP-SGD and WASSP-SGD.
 */
export async function fitParallel(
  model: LayersModel,
  xs: TensorSet,
  ys: TensorSet,
  options: FitParallelOptions,
): Promise<ParallelResult> {
  const settings = checkFitParallel(model, xs, ys, options);
  settings.signal?.throwIfAborted();
  const server = new ParallelServer(model, settings);
  if (await server.resume()) return server.finished();
  const pool = new WorkerPool(settings.worker, settings.workers, settings.signal);
  try {
    return await server.train(xs, ys, pool);
  } catch (error) {
    if (!(error instanceof WorkerLost)) throw error;
    const { epoch, phase } = server;
    const same = settings.checkpoint && epoch > 0;
    const since = phase === 1 ? ', and so is' : '; what the workers have done alone since is in';
    const place = same ? `${since} ${settings.checkpoint!.name}` : '';
    throw new ParallelTrainingError(
      `fitParallel: worker ${error.worker} of ${settings.workers} ${error.message.replace(/\.$/, '')}, after ${epoch} of ` +
        `${settings.epochs} epochs. The model is as it was then${place}; another call goes on from there.`,
      error.worker,
      epoch,
      { cause: error.cause },
    );
  } finally {
    await pool.close();
  }
}
