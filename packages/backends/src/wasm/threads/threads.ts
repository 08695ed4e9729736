import type { WasmKernels } from '@arborize/core';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import type { GemmExports } from '../product.ts';
import { type Pool, startPool } from './pool.ts';

/** Floating-point operations from which on a product pays for waking another thread. */
export const SMALLEST = 8e6;

/** The threads that one backend computes products with: the main one and, from the first large product on, workers. */
export interface Threads {
  readonly count: number;
  /** Sets how many there are, and from how many operations on a product is shared among them. */
  set(count: number, smallest?: number): void;
  /** Whether `products` of these sizes are large enough for more threads than one. */
  pay(m: number, n: number, k: number, products?: number): boolean;
  /** The workers, started if they were not; none where that is not possible, or one has died. */
  pool(kernels: WasmKernels<GemmExports>): Pool | undefined;
  /** Ends the workers. */
  stop(): void;
}

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
  let pool: Pool | undefined;
  function goOnAlone(problem: string) {
    console.warn(`The threads of the WASM backend ended, products go on with one: ${problem}`);
    count = 1;
    pool = undefined;
  }

  const threads = {
    get count() {
      return count;
    },
    set(wanted: number, from = SMALLEST) {
      smallest = from;
      count = wanted;
      // With one thread workers that are up sleep.
      if (pool && count > 1 && count !== pool.workers + 1) threads.stop();
    },
    pay: (m: number, n: number, k: number, products = 1) =>
      count > 1 && k > 0 && 2 * m * n * k * products >= smallest,
    pool(kernels: WasmKernels<GemmExports>) {
      try {
        pool ??= startPool(kernels, count - 1, goOnAlone);
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
