import { workerCode } from './worker-code.ts';

/** A worker, seen from the main thread. */
export interface Member {
  /** Whether it may still write to the heap. */
  lives(): boolean;
  tell(message: readonly [WebAssembly.Module, name: string]): void;
  terminate(): void;
}

interface WorkerData {
  readonly memory: WebAssembly.Memory;
  readonly board: Int32Array;
  readonly slot: number;
  readonly spin: number;
}

export function startWorker(data: WorkerData, ended: (problem: string) => void): Member {
  const { MessageChannel, Worker } = process.getBuiltinModule('node:worker_threads');
  // The worker looks there for functions that it does not know. This end closes with the worker's thread, too, which the main
  // thread sees without returning to its event loop.
  const { port1: line, port2: otherEnd } = new MessageChannel();
  line.unref();
  const worker = new Worker(workerCode, {
    eval: true,
    name: 'arborize kernels',
    // Loaders and other preloads of the program are not for this code.
    execArgv: [],
    env: {},
    workerData: { ...data, otherEnd },
    transferList: [otherEnd],
  });
  worker.unref();
  worker.on('error', ({ message }) => ended(message));
  worker.on('exit', () => ended('a worker ended'));
  return {
    // True while the message has somebody to go to.
    lives: () => (line.postMessage(0) as unknown) === true,
    tell: (message) => line.postMessage(message),
    terminate() {
      worker.terminate();
    },
  };
}
