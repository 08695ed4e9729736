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
  it.each([0, 0.1, 0.25, 0.5, 0.9])('drops %d of the places in every row and keeps the mean', (p) => {
    const rate = dropRate('test', 'rate', p);
    const mask = keepMask(3, 8, 100_000, rate);
    for (let row = 0; row < 8; row++) {
      const dropped =
        mask.subarray(row * 100_000, (row + 1) * 100_000).filter((value) => value === 0).length / 100_000;
      expect(Math.abs(dropped - p)).toBeLessThan(6 * Math.sqrt((p * (1 - p)) / 100_000) + 1e-5);
    }
    expect(new Set(mask)).toEqual(new Set(p === 0 ? [1] : [0, Math.fround(rate.scale)]));
  });

  const [rows, columns] = [304, 300];
  /** −1 and 1 at the places of a mask, and 0 outside of it. */
  const signs = (seed: number) => {
    const mask = keepMask(seed, rows, columns, dropRate('test', 'rate', 0.5));
    return (row: number, column: number) =>
      row < rows && column < columns ? mask[row * columns + column]! - 1 : 0;
  };
  const meanOf = (product: (row: number, column: number) => number) => {
    let sum = 0;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) sum += product(row, column);
    }
    return sum / (rows * columns);
  };

  it.each([
    [0, 1],
    [0, 2],
    [0, 32],
    [1, 0],
    [2, 0],
    [4, 0],
    [8, 0],
    [1, 1],
    [4, 1],
    [4, 4],
  ])('draws places independently of those %d rows and %d columns away', (down, right) => {
    const at = signs(11);
    const pairs = meanOf((row, column) => at(row, column) * at(row + down, column + right));
    expect(Math.abs(pairs)).toBeLessThan(6 / 300);
    const corners = meanOf(
      (row, column) =>
        at(row, column) * at(row + down, column) * at(row, column + right) * at(row + down, column + right),
    );
    if (down > 0 && right > 0) expect(Math.abs(corners)).toBeLessThan(6 / 300);
  });

  it('draws the masks of neighbouring seeds independently', () => {
    const [one, other] = [signs(11), signs(12)];
    const pairs = meanOf((row, column) => one(row, column) * other(row, column));
    expect(Math.abs(pairs)).toBeLessThan(6 / 300);
  });

  it('drops as many places of each row and of each column as chance does', () => {
    const at = signs(5);
    const spread = (count: number, length: number, value: (i: number, k: number) => number) => {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        let total = 0;
        for (let k = 0; k < length; k++) total += value(i, k);
        sum += total ** 2 / length;
      }
      // Of chi-squared with as many degrees of freedom, in its deviations.
      return Math.abs(sum - count) / Math.sqrt(2 * count);
    };
    expect(spread(rows, columns, at)).toBeLessThan(6);
    expect(spread(columns, rows, (column, row) => at(row, column))).toBeLessThan(6);
  });

  it('is a part of the mask of more rows', () => {
    const rate = dropRate('test', 'rate', 0.3);
    expect(keepMask(2, 3, 5, rate)).toEqual(keepMask(2, 18, 5, rate).subarray(0, 15));
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
