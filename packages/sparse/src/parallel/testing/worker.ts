import { type BackendName, useBackend } from '@arborize/backends';
import { LayersModel } from '@tensorflow/tfjs-layers';
import { parallelWorker } from '../parallel-worker.ts';

/** What a test wants of its worker. */
export interface WorkerWishes {
  readonly backend: BackendName;
  /** The batch in which the worker dies, from 1. */
  readonly diesIn?: number;
  readonly how?: 'exit' | 'throw';
}

const { workerData } = globalThis.process?.getBuiltinModule?.('node:worker_threads') ?? {};
const { backend, diesIn, how }: WorkerWishes = workerData ?? { backend: 'wasm' };
await useBackend(
  backend,
  workerData ? {} : { wasmPaths: '/node_modules/@tensorflow/tfjs-backend-wasm/dist/' },
);

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
