import { describe, expect, it } from 'vitest';
import { normalizers } from './normalizers.ts';
import { divisor, featureFactor } from './widths.ts';

describe('normalizers: closed form', () => {
  it('is the closed form for pairs', () => {
    const { and, or, xnor } = normalizers(2);
    const { PI, sqrt } = Math;
    expect(or.mean).toBeCloseTo(1 / sqrt(2 * PI) + 1 / (2 * sqrt(PI)), 9);
    expect(or.deviation ** 2).toBeCloseTo(5 / 4 - 1 / (sqrt(2) * PI) - 1 / (4 * PI), 9);
    expect(xnor.deviation ** 2).toBeCloseTo(1 - 2 / PI, 9);
    expect(and).toEqual({ mean: -or.mean, deviation: or.deviation });
  });

  it.each([
    [2, 0.681037, 0.972288, 0.60281],
    [3, 1.154964, 1.070088, 0.439088],
    [4, 1.579389, 1.192868, 0.347422],
    [5, 1.987971, 1.316688, 0.288231],
    [6, 2.390787, 1.435177, 0.246647],
    [8, 3.190986, 1.652401, 0.191831],
    [12, 4.787284, 2.022467, 0.13322],
    [16, 6.383075, 2.335281, 0.102199],
    [24, 9.574615, 2.860119, 0.069817],
    [32, 12.766153, 3.302581, 0.053049],
  ])('k = %d', (k, mean, deviation, xnorDeviation) => {
    const { or, xnor } = normalizers(k);
    expect(or.mean).toBeCloseTo(mean, 5);
    expect(or.deviation).toBeCloseTo(deviation, 5);
    expect(xnor.deviation).toBeCloseTo(xnorDeviation, 5);
  });

  it.each([
    [2, 1.298955, 0.94836, 0.366415],
    [3, 2.277412, 1.00906, 0.14725],
  ])('k = %d, exact', (k, mean, deviation, xnorDeviation) => {
    const { or, xnor } = normalizers(k, { exact: true });
    expect(or.mean).toBeCloseTo(mean, 4);
    expect(or.deviation).toBeCloseTo(deviation, 4);
    expect(xnor.deviation).toBeCloseTo(xnorDeviation, 5);
  });

  it.each([
    [2, 1.29895, 0.94834, 0.36641],
    [3, 2.27741, 1.00907, 0.14725],
    [4, 3.1575, 1.09799, 0.06062],
    [5, 3.9979, 1.19478, 0.025145],
  ])('k = %d, exact, agrees with the published simulation', (k, mean, deviation, xnorDeviation) => {
    const { or, xnor } = normalizers(k, { exact: true });
    expect(or.mean / mean).toBeCloseTo(1, 3);
    expect(or.deviation / deviation).toBeCloseTo(1, 3);
    expect(xnor.deviation / xnorDeviation).toBeCloseTo(1, 3);
  });
});

describe('normalizers: edges', () => {
  it('keeps what it computed', () => {
    expect(normalizers(7)).toBe(normalizers(7));
    expect(normalizers(2)).not.toBe(normalizers(2, { exact: true }));
  });
});

describe('featureFactor and divisor', () => {
  it.each([
    [['and'], 'duplicate', 2, 0.5, 2],
    [['and', 'or'], 'duplicate', 2, 1, 2],
    [['and', 'or', 'xnor'], 'duplicate', 2, 1.5, 2],
    [['or', 'xnor'], 'partition', 2, 0.5, 4],
    [['and', 'or', 'xnor'], 'partition', 3, 1 / 3, 9],
  ] as const)('of %j, %s, k = %d', (ops, strategy, k, factor, multiple) => {
    expect(featureFactor(ops, strategy, k)).toBe(factor);
    expect(divisor(ops, strategy, k)).toBe(multiple);
  });
});

describe('normalizers: errors', () => {
  it('name what they got and what they want', () => {
    expect(() => normalizers(1)).toThrow('normalizers: k must be an integer ≥ 2, got 1.');
    expect(() => normalizers(17, { exact: true })).toThrow('Pass normalized: false for larger groups.');
    expect(() => divisor([], 'duplicate')).toThrow('divisor: options.ops');
  });
});
