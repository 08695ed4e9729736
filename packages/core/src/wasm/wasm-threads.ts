import type { KernelBackend } from '@tensorflow/tfjs-core';
import type { WasmKernels } from './wasm-module.ts';

/** Threads that work on the heap of one WASM backend, given by who starts it. */
export interface WasmThreads {
  /** How many there are, with the calling one. */
  readonly count: number;
  /** Floating-point operations from which on `inParts` asks them; default 4e6. */
  readonly smallest?: number | undefined;
  /**
   * Calls an exported function once for each list of numbers, and returns when all are done. With `scratch` its last argument
   * is memory of the thread's own.
   */
  run(
    kernels: WasmKernels<unknown>,
    name: string,
    calls: readonly (readonly number[])[],
    scratch?: ThreadScratch,
  ): void;
}

/** Memory for each thread: `bytes` for the calling one from `at` on, and behind it as much for each of the others. */
export interface ThreadScratch {
  readonly at: number;
  readonly bytes: number;
}

/** A property of the backend, which a second copy of this package finds, too. */
const THREADS = Symbol.for('arborize.threads');

type Threaded = KernelBackend & { [THREADS]?: WasmThreads };
type Functions = Readonly<Record<string, (...call: readonly number[]) => void>>;

/**
 * Operations from which on other threads are asked. With fewer, what they save is lost on fetching operands
 * and results from the cache of another core.
 */
const SMALLEST = 4e6;
/** More parts than threads, so that a thread that is held up, or has the heavier rows, does fewer. */
const PARTS_PER_THREAD = 4;

/** Gives a WASM backend threads, which kernels of all packages then use. */
export function provideThreads(backend: KernelBackend, threads: WasmThreads): void {
  (backend as Threaded)[THREADS] = threads;
}

/** See `WasmKernels.inParts`. */
export function inParts(
  backend: KernelBackend,
  kernels: WasmKernels<unknown>,
  name: string,
  size: number,
  operations: number,
  call: (first: number, count: number) => readonly number[],
): void {
  const threads = (backend as Threaded)[THREADS];
  const parts = threads && threads.count > 1 ? Math.min(size, PARTS_PER_THREAD * threads.count) : 1;
  if (parts < 2 || operations < (threads!.smallest ?? SMALLEST)) {
    (kernels.exports as Functions)[name]!(...call(0, size));
    return;
  }
  const calls = Array.from({ length: parts }, (_, i) => {
    const [first, end] = [i, i + 1].map((edge) => Math.round((size * edge) / parts)) as [number, number];
    return call(first, end - first);
  });
  threads!.run(kernels, name, calls);
}
