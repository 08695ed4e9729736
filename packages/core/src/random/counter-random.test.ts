import { describe, expect, it } from 'vitest';
import { counterWord, dropRate, keepMask } from './counter-random.ts';

describe('counterWord', () => {
  it('gives the words that every kernel must give', () => {
    expect([counterWord(0, 0, 0), counterWord(1, 2, 3), counterWord(-1, 70000, 0xffffffff)]).toEqual([
      1784588721, 3047865471, 2691481146,
    ]);
  });

  it('changes about half of the bits when seed, row or column change by one', () => {
    const ones = (word: number) => (word >>> 0).toString(2).replaceAll('0', '').length;
    for (const changed of [0, 1, 2]) {
      let flipped = 0;
      for (let i = 0; i < 1000; i++) {
        const by = (k: number) => 40 + 10 * k + 17 * i;
        const next = (k: number) => by(k) + Number(k === changed);
        flipped += ones(counterWord(by(0), by(1), by(2)) ^ counterWord(next(0), next(1), next(2)));
      }
      expect(Math.abs(flipped / 1000 - 16)).toBeLessThan(0.6);
    }
  });

  it('fills 256 bins evenly, along rows and along columns', () => {
    for (const word of [(i: number) => counterWord(5, i, 9), (i: number) => counterWord(5, 9, i)]) {
      const bins = new Float64Array(256);
      for (let i = 0; i < 65_536; i++) bins[word(i) >>> 24]! += 1;
      const chiSquared = bins.reduce((sum, count) => sum + (count - 256) ** 2 / 256, 0);
      // 255 degrees of freedom: six deviations around the mean.
      expect(Math.abs(chiSquared - 255)).toBeLessThan(6 * Math.sqrt(2 * 255));
    }
  });
});

describe('keepMask', () => {
  it.each([0, 0.1, 0.25, 0.5, 0.9])(
    'drops %d of the places, in even and in odd rows, and keeps the mean',
    (p) => {
      const rate = dropRate('test', 'rate', p);
      const mask = keepMask(3, 2, 100_000, rate);
      for (const row of [mask.subarray(0, 100_000), mask.subarray(100_000)]) {
        const dropped = row.filter((value) => value === 0).length / row.length;
        expect(Math.abs(dropped - p)).toBeLessThan(6 * Math.sqrt((p * (1 - p)) / row.length) + 1e-5);
      }
      expect(new Set(mask)).toEqual(new Set(p === 0 ? [1] : [0, Math.fround(rate.scale)]));
    },
  );

  it('draws places independently of their neighbours', () => {
    const [rows, columns] = [300, 300];
    const mask = keepMask(11, rows, columns, dropRate('test', 'rate', 0.5));
    const at = (row: number, column: number) => mask[row * columns + column]! - 1;
    for (const [down, right] of [
      [0, 1],
      [1, 0],
      [1, 1],
      [2, 0],
    ] as const) {
      let sum = 0;
      for (let row = 0; row < rows - 2; row++) {
        for (let column = 0; column < columns - 2; column++) {
          sum += at(row, column) * at(row + down, column + right);
        }
      }
      expect(Math.abs(sum / rows / columns)).toBeLessThan(6 / 300);
    }
  });

  it('is a part of the mask of more rows', () => {
    const rate = dropRate('test', 'rate', 0.3);
    expect(keepMask(2, 3, 5, rate)).toEqual(keepMask(2, 8, 5, rate).subarray(0, 15));
  });
});

describe('dropRate', () => {
  it('refuses what is no probability below 1', () => {
    for (const rate of [1, -0.1, Number.NaN]) {
      expect(() => dropRate('f', 'rate', rate)).toThrow(
        `f: rate must be a probability in [0, 1), got ${rate}.`,
      );
    }
  });

  it('rounds to a whole number of parts and never up to 1', () => {
    expect(dropRate('f', 'rate', 0.5)).toEqual({ dropped: 32_768, scale: 2 });
    expect(dropRate('f', 'rate', 0.9999999)).toEqual({ dropped: 65_535, scale: 65_536 });
    expect(dropRate('f', 'rate', 0)).toEqual({ dropped: 0, scale: 1 });
  });
});
