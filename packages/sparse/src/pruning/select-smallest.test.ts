import { Random } from '@arborize/core';
import { describe, expect, it } from 'vitest';
import { type Candidates, removeSmallest, sharesOfSmallest } from './select-smallest.ts';

const list = (numbers: ArrayLike<number>): Candidates => ({
  numbers: Float32Array.from(numbers),
  alive: new Uint8Array(numbers.length).fill(1),
});

describe('removeSmallest: against a sort', () => {
  it.each([1, 2, 3, 4, 5, 6])('with seed %i', (seed) => {
    const random = new Random(seed);
    const size = 1 + random.integer(300);
    // Few different numbers give many ties, over all orders of magnitude.
    const draw = () => (random.integer(7) - 3) * 10 ** (random.integer(20) - 10);
    const given = list(Array.from({ length: size }, draw));
    for (let i = 0; i < size; i++) given.alive[i] = random.uniform() < 0.8 ? 1 : 0;
    const living = [...given.alive.keys()].filter((i) => given.alive[i] === 1);
    const count = random.integer(living.length + 1);
    const magnitude = (i: number) => Math.abs(given.numbers[i]!);
    const expected = living
      .toSorted((a, b) => magnitude(a) - magnitude(b))
      .slice(count)
      .sort((a, b) => a - b);
    removeSmallest(given, count);
    expect([...given.alive.keys()].filter((i) => given.alive[i] === 1)).toEqual(expected);
  });
});

describe('sharesOfSmallest: edges', () => {
  it('takes none, all, zeros of both signs, denormals and the largest', () => {
    const lists = [list([0, -0, 1e-45]), list([3.4e38, -1])];
    expect([0, 1, 2, 3, 4, 5].map((count) => sharesOfSmallest(lists, count))).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [3, 0],
      [3, 1],
      [3, 2],
    ]);
  });

  it('takes the first lists first where all are equal', () => {
    expect(sharesOfSmallest([list([1, 1]), list([1, 1]), list([1])], 3)).toEqual([2, 1, 0]);
  });
});
