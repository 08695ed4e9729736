import { type Batch, Random } from '@arborize/core';
import type { Task } from './messages.ts';
import { takeRows } from './shared-tensors.ts';

/**
 * The batches of a worker's block in one epoch, straight from the memory that all share, in the order that `seededBatches` gives
 * them. Whoever asked for one disposes of it.
 */
export function* blockPass(
  { worker, batches, batchSize, seed, shuffle, xs, ys }: Task,
  epoch: number,
): Generator<Batch> {
  const count = batches * batchSize;
  const order = shuffle ? new Random(seed + worker).fork(epoch).permutation(count) : null;
  for (let begin = 0; begin < count; begin += batchSize) {
    const rows = Uint32Array.from(
      { length: batchSize },
      (_, i) => worker * count + (order ? order[begin + i]! : begin + i),
    );
    yield { xs: takeRows(xs, rows), ys: takeRows(ys, rows) };
  }
}
