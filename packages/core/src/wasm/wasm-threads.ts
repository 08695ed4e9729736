import type { KernelBackend } from '@tensorflow/tfjs-core';
import type { WasmKernels } from './wasm-module.ts';

/** Threads that work on the heap of one WASM backend, given by who starts it. */
export interface WasmThreads {
  /** How many there are, with the calling one. */
  readonly count: number;
  /** Who should do a task of so many floating-point operations: all of them, or the calling one alone. */
  team(operations: number): WasmThreads;
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

/** More parts than threads, so that a thread that is held up, or has the heavier rows, does fewer. */
const PARTS_PER_THREAD = 2;

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
  const team = (backend as Threaded)[THREADS]?.team(operations);
  const parts = team && team.count > 1 ? Math.min(size, PARTS_PER_THREAD * team.count) : 1;
  if (parts < 2) {
    (kernels.exports as Functions)[name]!(...call(0, size));
    return;
  }
  const calls: (readonly number[])[] = [];
  for (let i = 1, first = 0; i <= parts; i++) {
    const end = Math.round((size * i) / parts);
    calls.push(call(first, end - first));
    first = end;
  }
  team!.run(kernels, name, calls);
}
