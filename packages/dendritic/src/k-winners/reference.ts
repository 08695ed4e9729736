import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { KeepRule } from './keep-winners.ts';

/** 1 where the score of [rows, candidates] wins in its row, else 0. */
export function winnerMask(score: Tensor, { k, breakTies, relu }: KeepRule): Tensor {
  if (score.size === 0) return tf.zerosLike(score);
  const candidates = score.shape[1]!;
  const { values } = tf.topk(score, k);
  const lowest = tf.slice(values, [0, k - 1], [-1, 1]);
  if (!breakTies) {
    return tf.cast(tf.greaterEqual(score, relu ? tf.maximum(lowest, 0) : lowest), 'float32');
  }
  const above = tf.cast(tf.greater(score, lowest), 'float32');
  const equal = tf.cast(tf.equal(score, lowest), 'float32');
  const left = tf.sub(k, tf.sum(above, 1, true));
  const first = tf.cast(tf.lessEqual(tf.cumsum(equal, 1), left), 'float32');
  const mask = tf.reshape(tf.add(above, tf.mul(equal, first)), [-1, candidates]);
  return relu ? tf.mul(mask, tf.cast(tf.greater(score, 0), 'float32')) : mask;
}
