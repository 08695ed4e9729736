import { provideThreads } from '@arborize/core';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import { isNode } from '../../device.ts';
import { gemmModule } from '../gemm.ts';
import { threadsOf } from './threads.ts';

/** More were not measured. */
const MOST_BY_DEFAULT = 4;

/** How many threads products get: as many as were asked for, else what there is, and one in a worker of the program. */
export function threadsWanted(asked: number | undefined): number {
  if (!isNode()) return 1;
  if (asked !== undefined) return asked;
  const { availableParallelism } = process.getBuiltinModule('node:os');
  const { isMainThread } = process.getBuiltinModule('node:worker_threads');
  return isMainThread ? Math.min(availableParallelism(), MOST_BY_DEFAULT) : 1;
}

/**
 * Gives the products of a backend, and kernels of other packages, `count` threads. Workers start at the first that is large
 * enough.
 *
 * @returns Why there is only one, where more were wanted.
 */
export function startThreads(backend: KernelBackend, count: number): string | undefined {
  const problem = count > 1 ? obstacle(backend) : undefined;
  const threads = threadsOf(backend);
  threads.set(problem ? 1 : count);
  provideThreads(backend, threads);
  return problem;
}

function obstacle(backend: KernelBackend): string | undefined {
  const memory = gemmModule.on(backend)?.memory;
  if (!memory) return 'its heap is out of reach';
  if (!(memory.buffer instanceof SharedArrayBuffer)) return 'its heap was not shared when it started';
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
  } catch {
    return 'the main thread may not wait here';
  }
  const { port1, port2 } = new MessageChannel();
  const told = (port1.postMessage(0) as unknown) === true;
  port1.close();
  port2.close();
  return told ? undefined : 'this engine does not tell when a thread has ended';
}
