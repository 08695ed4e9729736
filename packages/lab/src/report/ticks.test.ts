import { describe, expect, it } from 'vitest';
import { linearScale, ticks } from './ticks.ts';

describe('ticks', () => {
  it.each([
    [0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [0.912, 0.978, 4, [0.92, 0.94, 0.96]],
    [-4, 4, 4, [-4, -2, 0, 2, 4]],
    [1, 6, 20, [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6]],
  ])('from %d to %d, about %i', (low, high, count, values) => {
    expect(ticks(low, high, count).values).toEqual(values);
  });

  it('keeps to whole numbers if asked', () => {
    expect(ticks(1, 3, 20, 1).values).toEqual([1, 2, 3]);
  });

  it('makes room around a single value', () => {
    const { values, domain } = ticks(5, 5, 4);
    expect(domain).toEqual([2.5, 7.5]);
    expect(values.length).toBeGreaterThan(0);
  });
});

describe('linearScale', () => {
  it('maps the ends of the domain to the ends of the range', () => {
    const scale = linearScale([0, 2], [10, 0]);
    expect([scale(0), scale(1), scale(2)]).toEqual([10, 5, 0]);
  });
});
