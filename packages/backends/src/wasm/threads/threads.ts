import type { WasmThreads } from '@arborize/core';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import { callsOf, type Pool, startPool } from './pool.ts';

/** Floating-point operations from which on a task is worth handing over to a worker that is awake. */
const SMALLEST = 5e5;
/**
 * Operations that are worth waking workers for: of one task, or of all those that the main thread has done alone
 * since it last woke them.
 */
const WORTH_WAKING = 8e6;

/** The threads that one backend computes with: the main one and, from the first large task on, workers. */
export interface Threads extends WasmThreads {
  /** Sets how many there are and, for tests, whether they share tasks of every size. */
  set(count: number, always?: boolean): void;
  /** How many threads a task of so many operations gets at most. */
  most(operations: number): number;
  /** The workers, started if they were not; none where that is not possible, or one has died. */
  pool(memory: WebAssembly.Memory): Pool | undefined;
  /** Ends the workers. */
  stop(): void;
}

const oneThread: WasmThreads = {
  count: 1,
  team: () => oneThread,
  run: (kernels, name, calls, scratch) => calls.forEach(callsOf(kernels, name, scratch)),
};

const known = new WeakMap<KernelBackend, Threads>();

/** The threads of a backend, one until `set`; they end with it. */
export function threadsOf(backend: KernelBackend): Threads {
  const found = known.get(backend);
  if (found) return found;
  const threads = makeThreads();
  known.set(backend, threads);
  const dispose = backend.dispose.bind(backend);
  backend.dispose = () => {
    threads.stop();
    dispose();
  };
  return threads;
}

function makeThreads(): Threads {
  let count = 1;
  let smallest = SMALLEST;
  let worthWaking = WORTH_WAKING;
  /** Operations of tasks that the main thread did alone because workers slept. */
  let missed = 0;
  let pool: Pool | undefined;
  function goOnAlone(problem: string) {
    console.warn(`The threads of the WASM backend ended, kernels go on with one: ${problem}`);
    count = 1;
    pool = undefined;
  }

  const threads: Threads = {
    get count() {
      return count;
    },
    set(wanted, always = false) {
      [smallest, worthWaking] = always ? [0, 0] : [SMALLEST, WORTH_WAKING];
      count = wanted;
      // With one thread workers that are up sleep.
      if (pool && count > 1 && count !== pool.workers + 1) threads.stop();
    },
    most: (operations) => (operations > 0 && operations >= smallest ? count : 1),
    team(operations) {
      if (threads.most(operations) === 1) return oneThread;
      const asleep = pool?.asleep ?? count - 1;
      if (asleep > 0) missed += operations;
      if (missed < worthWaking && asleep === count - 1) return oneThread;
      return pool && worthWaking > 0 && performance.now() < pool.restsUntil ? oneThread : threads;
    },
    run(kernels, name, calls, scratch) {
      const shared = count > 1 ? threads.pool(kernels.memory) : undefined;
      if (!shared) return oneThread.run(kernels, name, calls, scratch);
      const wake = missed >= worthWaking;
      if (wake) missed = 0;
      shared.run(kernels, name, calls, scratch, wake);
    },
    pool(memory) {
      try {
        pool ??= startPool(memory, count - 1, goOnAlone);
      } catch (error) {
        goOnAlone((error as Error).message);
      }
      return pool;
    },
    stop() {
      pool?.stop();
      pool = undefined;
    },
  };
  return threads;
}
