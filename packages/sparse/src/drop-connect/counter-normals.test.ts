import { describe, expect, it } from 'vitest';
import { counterNormals } from './counter-normals.ts';

describe('counterNormals', () => {
  it('has the moments and the tails of the normal distribution', () => {
    const count = 400_000;
    const normals = counterNormals(3, count);
    const moment = (power: number) => normals.reduce((sum, z) => sum + z ** power, 0) / count;
    expect(Math.abs(moment(1))).toBeLessThan(5 / Math.sqrt(count));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
    expect(Math.abs(moment(3))).toBeLessThan(5 * Math.sqrt(15 / count));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / count));
    for (const [limit, share] of [
      [1, 0.158655],
      [2, 0.0227501],
      [3, 0.0013499],
    ] as const) {
      const beyond = normals.filter((z) => z > limit).length / count;
      expect(Math.abs(beyond - share)).toBeLessThan(5 * Math.sqrt(share / count));
    }
  });

  it('depends on seed and place alone, and places are independent', () => {
    const normals = counterNormals(9, 100_000);
    expect(counterNormals(9, 5, 7)).toEqual(normals.slice(7, 12));
    expect(counterNormals(10, 5)).not.toEqual(normals.slice(0, 5));
    for (const lag of [1, 2]) {
      let sum = 0;
      for (let i = lag; i < normals.length; i++) sum += normals[i]! * normals[i - lag]!;
      expect(Math.abs(sum / normals.length)).toBeLessThan(5 / Math.sqrt(normals.length));
    }
  });
});
