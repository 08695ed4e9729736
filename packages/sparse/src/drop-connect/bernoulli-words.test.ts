import { describe, expect, it } from 'vitest';
import { bernoulliWords, countedWords, keepProbability, mixWord, wordKeys } from './bernoulli-words.ts';

const hex = (words: Iterable<number>) =>
  Array.from(words, (word) => (word >>> 0).toString(16).padStart(8, '0'));
const ones = (word: number) => {
  let rest = word >>> 0;
  let count = 0;
  for (; rest !== 0; rest &= rest - 1) count++;
  return count;
};

describe('mixWord: closed form', () => {
  it('gives the words that every kernel must give', () => {
    expect(hex([0, 1, 2, 123456789, 0xffffffff].map(mixWord))).toEqual([
      '00000000',
      '688990c0',
      'd1132181',
      'a8f1db88',
      '6768824a',
    ]);
  });
});

describe('bernoulliWords: closed form', () => {
  it.each([
    [1 / 2, ['1a0ab4ed', '02cf344d', 'd18acc13', 'e79d1758']],
    [3 / 4, ['fa7bbdef', '3fdff7cf', 'd1deeefb', 'ffbd57da']],
  ])('gives the words for seed 42 and probability %d', (keep, expected) => {
    expect(hex(bernoulliWords([2, 2], keep, 42))).toEqual(expected);
  });

  it('takes a probability of more bits, stripped or not', () => {
    const words = countedWords(4, { numerator: 0xe6 }, wordKeys(42, 8));
    expect(hex(words)).toEqual(['cfff6fbf', 'fff6feff', '7dbffffe', 'fffbfbfb']);
  });

  it('has the bits of a mask of 2 examples, 3 inputs and 2 outputs', () => {
    const bits = Array.from(bernoulliWords([2, 2, 1], 0.5, 42), (word) =>
      [0, 1, 2].map((m) => (word >>> m) & 1),
    );
    expect(bits).toEqual([
      [1, 0, 1],
      [1, 0, 1],
      [1, 1, 0],
      [0, 0, 0],
    ]);
  });
});

describe('bernoulliWords: statistics', () => {
  it.each([1 / 2, 3 / 4, 13 / 16, 230 / 256, 0.9])('sets 6.4 million bits with probability %d', (keep) => {
    const count = 200_000;
    const set = bernoulliWords([count], keep, 7).reduce((sum, word) => sum + ones(word), 0);
    const bits = 32 * count;
    expect(Math.abs(set / bits - keep)).toBeLessThan(4 * Math.sqrt((keep * (1 - keep)) / bits) + 8e-6);
  });

  it('draws neighbouring words and neighbouring seeds independently', () => {
    const count = 200_000;
    const words = bernoulliWords([count + 1], 0.5, 42);
    const others = bernoulliWords([count], 0.5, 43);
    let neighbours = 0;
    let seeds = 0;
    for (let i = 0; i < count; i++) {
      neighbours += ones(~(words[i]! ^ words[i + 1]!));
      seeds += ones(~(words[i]! ^ others[i]!));
    }
    for (const alike of [neighbours, seeds]) {
      expect(Math.abs(alike / (32 * count) - 0.5)).toBeLessThan(0.001);
    }
  });
});

describe('keepProbability', () => {
  it('takes as few random bits as it can, 16 at most', () => {
    expect(keepProbability('f', 'p', 0.5)).toEqual({ numerator: 1, bits: 1, value: 0.5 });
    expect(keepProbability('f', 'p', 0.75)).toEqual({ numerator: 3, bits: 2, value: 0.75 });
    for (const keep of [0.9, 0.1, 1 / 3, 1e-9, 1 - 1e-9]) {
      const { numerator, bits, value } = keepProbability('f', 'p', keep);
      expect(bits).toBeLessThanOrEqual(16);
      expect(value).toBe(numerator / 2 ** bits);
      expect(Math.abs(value - keep)).toBeLessThan(1.6e-5);
    }
    expect(Math.abs(keepProbability('f', 'p', 0.9).value - 0.9)).toBeLessThanOrEqual(7.7e-6);
  });

  it.each([0, 1, -0.1, Number.NaN, '0.5'])('errors: refuses %s', (keep) => {
    expect(() => bernoulliWords([1], keep as number, 0)).toThrow(
      'bernoulliWords: keepProbability must be a probability above 0 and below 1',
    );
  });
});
