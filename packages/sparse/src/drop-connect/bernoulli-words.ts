import { ArgumentError } from '@arborize/core';
import { util } from '@tensorflow/tfjs-core';

/** Probabilities are whole multiples of one part in 2 to this power. */
const MOST_BITS = 16;

/** The probability numerator / 2^bits with which a connection is kept: each mask bit takes `bits` random ones. */
export interface KeepProbability {
  readonly numerator: number;
  readonly bits: number;
  /** The probability itself: what was asked for, rounded to 1/65536. */
  readonly value: number;
}

/**
 * Rounds a probability of keeping to what masks can give, in as few bits as it takes: 1/2 is 1 of 2, 3/4 is 3 of 4.
 *
 * @throws ArgumentError unless 0 < keep < 1.
 */
export function keepProbability(where: string, argument: string, keep: number): KeepProbability {
  if (!(typeof keep === 'number' && keep > 0 && keep < 1)) {
    throw new ArgumentError({ where, argument, got: keep, expected: 'a probability above 0 and below 1' });
  }
  const most = 2 ** MOST_BITS;
  let numerator = Math.min(Math.max(Math.round(keep * most), 1), most - 1);
  let bits = MOST_BITS;
  for (; numerator % 2 === 0; numerator /= 2) bits--;
  return { numerator, bits, value: numerator / 2 ** bits };
}

/**
 * Words of 32 independent bits, each of them 1 with the given probability; they depend on nothing but the seed and their
 * place, so that every kernel makes the same ones again, in any order, and none are stored.
 *
 * The mask of a layer with M inputs and N outputs for B examples is of shape [B, N, ⌈M/32⌉]: bit m & 31 of word m >> 5 is
 * that of input m. Made for masks, not for secrets.
 *
 * @param shape Of the words; their number is below 2³².
 * @param keepProbability In (0, 1); rounded to 1/65536.
 * @param seed An integer; its low 32 bits count.
 * @returns The words, the last axis fastest.
 * @throws ArgumentError for a probability out of range.
 * @example
 * bernoulliWords([2], 0.5, 42); // Uint32Array [0x1a0ab4ed, 0x02cf344d]
 */
export function bernoulliWords(shape: readonly number[], keep: number, seed: number): Uint32Array {
  const probability = keepProbability('bernoulliWords', 'keepProbability', keep);
  return countedWords(util.sizeFromShape([...shape]), probability, wordKeys(seed, probability.bits));
}

/** The words of the counters from `first` on. */
export function countedWords(
  count: number,
  { numerator }: Pick<KeepProbability, 'numerator'>,
  keys: Int32Array,
  first = 0,
): Uint32Array {
  const words = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const counter = first + i;
    let word = 0;
    for (let bit = 0; bit < keys.length; bit++) {
      const random = mixWord(counter ^ keys[bit]!);
      word = (numerator >>> bit) & 1 ? word | random : word & random;
    }
    words[i] = word;
  }
  return words;
}

/** One key for each random bit that a mask bit takes. */
export function wordKeys(seed: number, bits: number): Int32Array {
  return Int32Array.from({ length: bits }, (_, bit) => mixWord(seed + Math.imul(bit + 1, 0x9e3779b9)));
}

/** Biases have masks of their own, of shape [B, ⌈N/32⌉], from this seed. */
export function biasSeed(seed: number): number {
  return mixWord(seed ^ 0xb5297a4d);
}

/** A bijection of 32-bit words that changes half of the bits when one changes. */
export function mixWord(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}
