import * as tf from '@tensorflow/tfjs-core';
import { productCode } from '../../product.ts';
import { threadsOf } from '../threads.ts';

/** From now on tasks of every size run on `count` threads, all of which are up. Does nothing on a heap of one thread. */
export function useAllThreads(count: number): void {
  const kernels = productCode.on(tf.backend());
  if (!(kernels?.memory.buffer instanceof SharedArrayBuffer)) return;
  const threads = threadsOf(tf.backend());
  threads.set(count, true);
  threads.pool(kernels.memory)?.ready();
}
