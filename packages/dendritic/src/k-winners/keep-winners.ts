import { defineOp } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { winnerMask } from './reference.ts';
import { keepOnWasm } from './wasm.ts';

/** The rule by which each row of [rows, candidates] keeps its largest scores. */
export interface KeepRule {
  /** How many win, in [1, candidates]. */
  readonly k: number;
  /** Exactly k win, the lowest index among equals; otherwise all that reach the k-th largest score. */
  readonly breakTies: boolean;
  /** The threshold is at least 0; with `breakTies`, scores of 0 and below never win. */
  readonly relu: boolean;
}

type Inputs = { x: Tensor; score: Tensor };

const op = /* @__PURE__ */ defineOp<Inputs, KeepRule, Tensor[]>({
  name: 'KeepWinners',
  reference({ x, score = x }, rule) {
    const mask = winnerMask(score, rule);
    // A product would make NaN of an infinity that lost.
    return [tf.where(tf.cast(mask, 'bool'), x, tf.zerosLike(x)), mask];
  },
  kernels: {
    wasm: ({ inputs: { x, score = x }, attrs, backend }) => keepOnWasm(x, score, attrs, backend),
  },
  gradient: {
    saves: [],
    savesOutputs: true,
    of: ([dy], _, __, [, mask]) => ({ x: () => tf.mul(dy!, mask!), score: () => tf.zerosLike(mask!) }),
  },
});

/**
 * Passes on the values of `x` whose score wins in its row: [kept values, mask of 0 and 1], all [rows, candidates].
 * The winners' gradient is passed back; none reaches the scores.
 *
 * @param score Default: `x` itself.
 */
export function keepWinners(x: Tensor, score: Tensor | undefined, rule: KeepRule): [Tensor, Tensor] {
  return op((score ? { x, score } : { x }) as Inputs, rule) as [Tensor, Tensor];
}
