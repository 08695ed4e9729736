import { type SeededBatches, type SeededBatchesOptions, seededBatches } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { ContextSource } from './context-source.ts';

/** Shuffled batches of x and its targets, each with the source's context for all of its samples. */
export function contextBatches(
  xs: Tensor,
  ys: Tensor,
  contexts: ContextSource | undefined,
  options: SeededBatchesOptions,
): SeededBatches {
  const batches = seededBatches(xs, ys, options);
  if (!contexts) return batches;
  return {
    size: batches.size,
    async iterator() {
      const iterator = await batches.iterator();
      return {
        async next() {
          const { done, value } = await iterator.next();
          if (done) return { done, value };
          const x = value.xs as Tensor;
          const context = await contexts.observe(x);
          const rows = tf.tidy(() => tf.tile(tf.tensor2d(context, [1, context.length]), [x.shape[0]!, 1]));
          return { done: false, value: { xs: [x, rows], ys: value.ys } };
        },
      };
    },
  };
}
