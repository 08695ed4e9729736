import { type Batch, Random } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Task } from './messages.ts';
import { takeRows } from './shared-tensors.ts';

/**
 * The batches of a worker's block in one epoch, straight from the memory that all share, in the order that `seededBatches` gives
 * them. Each is good until the next is asked for.
 */
export function* blockPass(
  { worker, batches, batchSize, seed, shuffle, xs, ys }: Task,
  epoch: number,
): Generator<Batch> {
  const count = batches * batchSize;
  const order = shuffle ? new Random(seed + worker).fork(epoch).permutation(count) : null;
  const rows = new Uint32Array(batchSize);
  let batch: Partial<Batch> = {};
  try {
    for (let begin = 0; begin < count; begin += batchSize) {
      for (let i = 0; i < batchSize; i++) {
        rows[i] = worker * count + (order ? order[begin + i]! : begin + i);
      }
      const next = { xs: takeRows(xs, rows, batch.xs), ys: takeRows(ys, rows, batch.ys) };
      batch = next;
      yield next;
    }
  } finally {
    tf.dispose([batch.xs, batch.ys] as tf.TensorContainer);
  }
}
