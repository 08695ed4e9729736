import { ArgumentError, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { keepWinners } from './keep-winners.ts';

/** How boosting lowers the score of units that often won: see {@link KWinnersOptions}. */
export type BoostMode = 'multiplicative' | 'additive';

/** Options of {@link kWinners}. */
export interface KWinnersOptions {
  /** How many candidates win, an integer in [1, candidates]. */
  readonly k: number;
  /** The share of samples in which each unit (channel) was on: [N] for `kWinners`, [C] for `kWinners2d`. Default none. */
  readonly duty?: Tensor | TensorLike;
  /** Strength β ≥ 0 of boosting by `duty`. Default 0: none. */
  readonly boost?: number;
  /**
   * `'multiplicative'` (default): x·exp(−β·duty), which for negative x *promotes* units that often won;
   * `'additive'`: x − β·duty, which never does.
   */
  readonly boostMode?: BoostMode;
  /** Exactly k win, the lowest index among equals. Default `false`: all that reach the k-th largest score. */
  readonly breakTies?: boolean;
  /** Only scores of at least 0 win; with `breakTies`, above 0. Default `false`. */
  readonly relu?: boolean;
}

/** Options of {@link kWinners2d}. */
export interface KWinners2dOptions extends KWinnersOptions {
  /** `false` (default): k winners among all H·W·C values of a sample. `true`: k winning channels at each pixel. */
  readonly local?: boolean;
}

/**
 * Keeps the k largest values of each sample and sets all others to 0.
 *
 *     score = x·exp(−β·duty)  or  x − β·duty
 *     y     = x where score ≥ the k-th largest score of the sample, else 0
 *     ∂y/∂x = 1 where x won, else 0
 *
 * Values are passed on without the boost. A negative value can win where fewer than k are positive.
 *
 * @param x Float32 tensor [B, N], or numbers.
 * @returns A tensor [B, N]; the caller disposes of it.
 * @throws ArgumentError for another rank, a `k` outside [1, N], a negative `boost`, or `duty` of another width.
 * @example
 * kWinners([[1.5, 1.02, 1.1, 1.3]], { k: 2 }).print(); // [[1.5, 0, 0, 1.3]]
 * @see Ahmad and Scheinkman, "How Can We Be So Dense?", arXiv 1903.11257, §3.
 */
export function kWinners(x: Tensor | TensorLike, options: KWinnersOptions): Tensor {
  return tf.tidy(() => {
    const input = toFloatTensor(x, 'kWinners', 'x');
    checkRank('kWinners', input, 2, '[B, N]');
    const units = input.shape[1]!;
    checkWinners('kWinners', options, units, units);
    return winners(input, options, 'kWinners')[0];
  });
}

/**
 * {@link kWinners} for images: the k largest of all values of a sample, or the k largest channels at each pixel.
 *
 * @param x Float32 tensor [B, H, W, C], or numbers.
 * @returns A tensor [B, H, W, C]; the caller disposes of it.
 * @throws ArgumentError for another rank, a `k` outside [1, H·W·C] or with `local` outside [1, C], a negative `boost`, or
 *   `duty` of another width than C.
 * @example
 * kWinners2d([[[[0.5, 2], [3, 1]]]], { k: 1, local: true }).print(); // [[[[0, 2], [3, 0]]]]
 * @see Ahmad and Scheinkman, "How Can We Be So Dense?", arXiv 1903.11257, §3.
 */
export function kWinners2d(x: Tensor | TensorLike, options: KWinners2dOptions): Tensor {
  return tf.tidy(() => {
    const input = toFloatTensor(x, 'kWinners2d', 'x');
    checkRank('kWinners2d', input, 4, '[B, H, W, C]');
    const [, height, width, channels] = input.shape as [number, number, number, number];
    const candidates = options.local ? channels : height * width * channels;
    checkWinners('kWinners2d', options, candidates, channels);
    return winners2d(input, options, 'kWinners2d')[0];
  });
}

/** [kept values, mask] of x [B, N], unchecked; call it inside a tidy. */
export function winners(x: Tensor, options: KWinnersOptions, where: string): [Tensor, Tensor] {
  const { k, breakTies = false, relu = false } = options;
  return keepWinners(x, boosted(x, options, where), { k, breakTies, relu });
}

/** [kept values, mask] of x [B, H, W, C], unchecked; call it inside a tidy. */
export function winners2d(x: Tensor, options: KWinners2dOptions, where: string): [Tensor, Tensor] {
  const { k, breakTies = false, relu = false, local = false } = options;
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const rows: [number, number] = local
    ? [batch * height * width, channels]
    : [batch, height * width * channels];
  const score = boosted(x, options, where);
  const [kept, mask] = keepWinners(tf.reshape(x, rows), score && tf.reshape(score, rows), {
    k,
    breakTies,
    relu,
  });
  const shape: [number, number, number, number] = [batch, height, width, channels];
  return [tf.reshape(kept, shape), tf.reshape(mask, shape)];
}

function boosted(
  x: Tensor,
  { duty, boost = 0, boostMode }: KWinnersOptions,
  where: string,
): Tensor | undefined {
  if (duty === undefined || boost === 0) return undefined;
  const often = tf.mul(toFloatTensor(duty, where, 'options.duty'), -boost);
  return boostMode === 'additive' ? tf.add(x, often) : tf.mul(x, tf.exp(often));
}

/** @throws ArgumentError unless `k` of `candidates` can win and `duty` has one entry for each unit. */
export function checkWinners(
  where: string,
  { k, boost = 0, duty, boostMode = 'multiplicative' }: KWinnersOptions,
  candidates: number,
  units: number,
): void {
  if (!(Number.isInteger(k) && k >= 1 && k <= candidates)) {
    throw new ArgumentError({
      where,
      argument: 'options.k',
      got: k,
      expected: `an integer from 1 to the ${candidates} candidates`,
    });
  }
  if (!(boost >= 0 && Number.isFinite(boost))) {
    throw new ArgumentError({ where, argument: 'options.boost', got: boost, expected: 'a number ≥ 0' });
  }
  if (boostMode !== 'multiplicative' && boostMode !== 'additive') {
    throw new ArgumentError({
      where,
      argument: 'options.boostMode',
      got: boostMode,
      expected: "'multiplicative' or 'additive'",
    });
  }
  const shape = duty === undefined ? [units] : tf.util.isTypedArray(duty) ? [duty.length] : shapeOf(duty);
  if (shape.length !== 1 || shape[0] !== units) {
    throw new ArgumentError({
      where,
      argument: 'options.duty',
      got: duty,
      expected: `a tensor of shape [${units}]`,
    });
  }
}

function shapeOf(value: Tensor | TensorLike): number[] {
  if (value instanceof tf.Tensor) return value.shape;
  return Array.isArray(value) ? [value.length] : [];
}

function checkRank(where: string, x: Tensor, rank: number, expected: string): void {
  if (x.rank === rank) return;
  throw new ArgumentError({ where, argument: 'x', got: x, expected: `of shape ${expected}` });
}
