import type { WasmThreads } from '@arborize/core';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import { callsOf, type Pool, startPool } from './pool.ts';

/** Floating-point operations of a product from which on it pays for waking another thread. */
export const SMALLEST = 8e6;

/** The threads that one backend computes with: the main one and, from the first large task on, workers. */
export interface Threads extends WasmThreads {
  /** Sets how many there are and, for tests, from how many operations on any task is shared among them. */
  set(count: number, smallest?: number): void;
  /** Who does a task of so many operations: all threads, or the main one alone. */
  team(operations: number): WasmThreads;
  /** The workers, started if they were not; none where that is not possible, or one has died. */
  pool(memory: WebAssembly.Memory): Pool | undefined;
  /** Ends the workers. */
  stop(): void;
}

const alone: WasmThreads = {
  count: 1,
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
  let smallest: number | undefined;
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
    get smallest() {
      return smallest;
    },
    set(wanted, from) {
      smallest = from;
      count = wanted;
      // With one thread workers that are up sleep.
      if (pool && count > 1 && count !== pool.workers + 1) threads.stop();
    },
    team: (operations) =>
      count > 1 && operations > 0 && operations >= (smallest ?? SMALLEST) ? threads : alone,
    run(kernels, ...task) {
      const shared = count > 1 ? threads.pool(kernels.memory) : undefined;
      (shared ?? alone).run(kernels, ...task);
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
