import { describe, expect, it } from 'vitest';
import type { Samples } from '../samples/samples.ts';
import { friedman } from './friedman.ts';
import { gaussianClusters } from './gaussian-clusters.ts';
import type { GeneratorOptions } from './generator-options.ts';
import { spirals } from './spirals.ts';
import { twoMoons } from './two-moons.ts';
import { xor } from './xor.ts';

const GENERATORS: readonly ((options: GeneratorOptions) => Samples)[] = [
  xor,
  twoMoons,
  spirals,
  gaussianClusters,
  friedman,
];

describe.each(GENERATORS.map((generate) => [generate.name, generate] as const))('%s', (name, generate) => {
  it('makes as many samples as asked for, the same for the same seed', () => {
    const samples = generate({ count: 101, seed: 5 });
    expect(samples.xs).toHaveLength(101 * samples.shape[0]!);
    expect(samples.ys).toHaveLength(101);
    expect(samples.xs.every(Number.isFinite)).toBe(true);
    expect(samples.ys.every((y) => samples.classes === 0 || (y >= 0 && y < samples.classes))).toBe(true);
    expect(generate({ count: 101, seed: 5 })).toEqual(samples);
    expect(generate({ count: 101, seed: 6 }).xs).not.toEqual(samples.xs);
    expect(generate({ count: 40, seed: 5 }).ys).toEqual(samples.ys.subarray(0, 40));
  });

  it('edges: none', () => {
    expect(generate({ count: 0, seed: 0 })).toMatchObject({ count: 0, xs: new Float32Array(0) });
  });

  it('errors: a count or a seed that is none', () => {
    expect(() => generate({ count: 1.5, seed: 0 })).toThrow(
      `${name}: count must be an integer ≥ 0, got 1.5.`,
    );
    expect(() => generate({ count: 1, seed: 0.5 })).toThrow('seed must be an integer, got 0.5.');
  });
});

/** The examples as [x, y, label]. */
function points({ xs, ys }: Samples): [number, number, number][] {
  return Array.from(ys, (label, i) => [xs[2 * i]!, xs[2 * i + 1]!, label]);
}

describe('closed form', () => {
  it('xor without noise is its truth table', () => {
    expect(points(xor({ count: 4, seed: 0, noise: 0 }))).toEqual([
      [0, 0, 0],
      [0, 1, 1],
      [1, 0, 1],
      [1, 1, 0],
    ]);
  });

  it('two moons without noise are half circles', () => {
    for (const [x, y, label] of points(twoMoons({ count: 200, seed: 0, noise: 0 }))) {
      expect(label === 0 ? Math.hypot(x, y) : Math.hypot(x - 1, y - 0.5)).toBeCloseTo(1, 5);
      expect(label === 0 ? y : 0.5 - y).toBeGreaterThanOrEqual(0);
    }
  });

  it('a spiral without noise has its angle given by its radius', () => {
    for (const [x, y, label] of points(spirals({ count: 200, seed: 0, arms: 3, turns: 2, noise: 0 }))) {
      const radius = Math.hypot(x, y);
      const angle = 2 * Math.PI * (2 * radius + label / 3);
      expect(x).toBeCloseTo(radius * Math.cos(angle), 4);
      expect(y).toBeCloseTo(radius * Math.sin(angle), 4);
    }
  });

  it('Gaussian clusters have their spread, and one centre without any', () => {
    const still = points(gaussianClusters({ count: 9, seed: 1, spread: 0 }));
    expect(new Set(still.map(String)).size).toBe(3);
    const { xs } = gaussianClusters({ count: 20_000, seed: 1, classes: 1, features: 1, spread: 2 });
    const mean = xs.reduce((sum, x) => sum + x, 0) / xs.length;
    const variance = xs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / xs.length;
    expect(Math.sqrt(variance)).toBeCloseTo(2, 1);
  });

  it('friedman without noise is its formula', () => {
    const { xs, ys, shape } = friedman({ count: 50, seed: 0, features: 6, noise: 0 });
    expect(shape).toEqual([6]);
    for (const [i, y] of ys.entries()) {
      const x = xs.subarray(6 * i);
      const expected =
        10 * Math.sin(Math.PI * x[0]! * x[1]!) + 20 * (x[2]! - 0.5) ** 2 + 10 * x[3]! + 5 * x[4]!;
      expect(y).toBeCloseTo(expected, 4);
    }
  });
});

describe('errors', () => {
  it('options out of range', () => {
    expect(() => xor({ count: 1, seed: 0, noise: -1 })).toThrow('xor: noise must be a number ≥ 0, got -1.');
    expect(() => twoMoons({ count: 1, seed: 0, noise: Number.NaN })).toThrow('twoMoons: noise');
    expect(() => spirals({ count: 1, seed: 0, arms: 1 })).toThrow(
      'spirals: arms must be an integer ≥ 2, got 1.',
    );
    expect(() => gaussianClusters({ count: 1, seed: 0, classes: 0 })).toThrow('gaussianClusters: classes');
    expect(() => friedman({ count: 1, seed: 0, features: 4 })).toThrow(
      'friedman: features must be an integer ≥ 5, got 4.',
    );
  });
});
