import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { LayersModel } from '@tensorflow/tfjs-layers';
import { parallelWorker } from '../parallel-worker.ts';

/** What a test wants of its worker. */
export interface WorkerWishes {
  /** The batch in which the worker dies, from 1, and how. */
  readonly diesIn?: number;
  readonly how?: 'exit' | 'throw';
}

const { workerData } = globalThis.process?.getBuiltinModule?.('node:worker_threads') ?? {};
const { diesIn, how }: WorkerWishes = workerData ?? {};
await tf.setBackend('cpu');

let batches = 0;
const { trainOnBatch } = LayersModel.prototype;
LayersModel.prototype.trainOnBatch = function (xs, ys) {
  if (++batches === diesIn) {
    if (how === 'throw') throw new Error('out of luck');
    process.exit(7);
  }
  return trainOnBatch.call(this, xs, ys);
};

await parallelWorker();
