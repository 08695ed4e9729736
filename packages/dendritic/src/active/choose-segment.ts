import { defineOp } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * The winner of the last axis of d [.., S]: its activation and, as int32, its index, the lowest among equals.
 *
 * Stock argMax promises no order among equals on every backend.
 */
export function winnerOf(d: Tensor, magnitude: boolean): [Tensor, Tensor] {
  const segments = d.shape.at(-1)!;
  const score = magnitude ? tf.abs(d) : d;
  const wins = tf.equal(score, tf.max(score, -1, true));
  const index = tf.min(tf.where(wins, tf.range(0, segments, 1, 'float32'), segments - 1), -1);
  const winners = tf.cast(index, 'int32');
  return [tf.sum(tf.mul(d, oneHot(winners, segments)), -1), winners];
}

/**
 * 1 at each index, else 0, along a new last axis of the given size.
 *
 * Not by tf.oneHot, which refuses a size of 1 and writes integers into float tensors on WASM.
 */
export function oneHot(indices: Tensor, size: number): Tensor {
  const index = tf.expandDims(tf.cast(indices, 'float32'), -1);
  return tf.cast(tf.equal(index, tf.range(0, size, 1, 'float32')), 'float32');
}

const op = /* @__PURE__ */ defineOp<{ d: Tensor }, { magnitude: boolean }, Tensor[]>({
  name: 'ChooseSegment',
  reference: ({ d }, { magnitude }) => winnerOf(d, magnitude),
  gradient: {
    saves: ['d'],
    savesOutputs: true,
    of: ([dy], { d }, _, [, winners]) => ({
      d: () => tf.mul(tf.expandDims(dy!, -1), oneHot(winners!, d.shape.at(-1)!)),
    }),
  },
});

/** The activation of the winner of the last axis of d [.., S]; its gradient reaches the winner alone. */
export function chooseSegment(d: Tensor, magnitude: boolean): Tensor {
  return op({ d }, { magnitude })[0]!;
}
