import { Random } from '@arborize/core';
import { describe, expect, it } from 'vitest';
import { scattered } from '../testing/topologies.ts';
import { erdosRenyi } from './erdos-renyi.ts';
import { erkDensities } from './erk-densities.ts';
import { randomPositions } from './random-positions.ts';
import {
  checkTopology,
  columnsOf,
  positionsOf,
  topologyFromPositions,
  transposeTopology,
} from './topology.ts';

describe('erdosRenyi', () => {
  it('closed form: connects each position with the same probability', () => {
    const counts = new Float64Array(12);
    for (let seed = 0; seed < 4000; seed++) {
      for (const position of positionsOf(erdosRenyi([4, 3], { density: 0.3, seed }))) counts[position]!++;
    }
    // Four deviations of a binomial.
    for (const count of counts) expect(Math.abs(count - 1200)).toBeLessThan(4 * Math.sqrt(4000 * 0.3 * 0.7));
  });

  it('edges: is full for a density of 1, and sorted, unique and in range for others', () => {
    expect([...positionsOf(erdosRenyi([3, 2], { density: 1 }))]).toEqual([0, 1, 2, 3, 4, 5]);
    for (const density of [1e-9, 0.01, 0.5, 0.999]) {
      expect(() => checkTopology('test', erdosRenyi([50, 40], { density, seed: 3 }))).not.toThrow();
    }
  });

  it('costs what it draws: a matrix of 10¹² positions', () => {
    const { rowIndices } = erdosRenyi([1e6, 1e6], { epsilon: 0.01, seed: 1 });
    expect(Math.abs(rowIndices.length - 20000)).toBeLessThan(4 * Math.sqrt(20000));
  });

  it('errors', () => {
    expect(() => erdosRenyi([0, 2], { density: 0.5 })).toThrow('shape[0] must be a positive integer, got 0');
    expect(() => erdosRenyi([2, 2], {})).toThrow('options must be given either epsilon or density');
    for (const density of [2, 0, -0.1, Number.NaN]) {
      expect(() => erdosRenyi([2, 2], { density })).toThrow(
        `options.density must be in (0, 1], got ${density}`,
      );
    }
  });
});

describe('erkDensities: closed form', () => {
  const rounded = (densities: number[]) => densities.map((density) => Number(density.toFixed(6)));
  const mlp = [
    [784, 300],
    [300, 100],
    [100, 10],
  ];

  it.each([
    [0.9, 17.264151, [0.079568, 0.230189, 1], [18714, 6906, 1000]],
    [0.98, 3.340025, [0.015394, 0.044534, 0.367403], [3621, 1336, 367]],
  ])('solves for the layers of a network at sparsity %d', (sparsity, epsilon, expected, counts) => {
    const densities = erkDensities(mlp, sparsity);
    expect(rounded(densities)).toEqual(expected);
    const positions = mlp.map(([inputs, outputs]) => inputs! * outputs!);
    expect(densities.map((density, i) => Math.round(density * positions[i]!))).toEqual(counts);
    // Of a layer that is not full.
    expect((densities[0]! * positions[0]!) / (784 + 300)).toBeCloseTo(epsilon, 5);
  });

  it('counts the sizes of kernels', () => {
    const shapes = [
      [3, 3, 3, 16],
      [3, 3, 16, 32],
      [3, 3, 32, 64],
      [64, 10],
    ];
    const densities = erkDensities(shapes, 0.9);
    expect(rounded(densities)).toEqual([0.566874, 0.114792, 0.054207, 1]);
    expect((densities[0]! * 3 * 3 * 3 * 16) / (3 + 3 + 3 + 16)).toBeCloseTo(9.79558, 4);
  });

  it('edges: gives equal densities for a power of 0, and full ones without sparsity', () => {
    expect(rounded(erkDensities(mlp, 0.9, { powerScale: 0 }))).toEqual([0.1, 0.1, 0.1]);
    expect(erkDensities(mlp, 0)).toEqual([1, 1, 1]);
  });

  it('errors', () => {
    expect(() => erkDensities(mlp, 1)).toThrow('sparsity must be in [0, 1), got 1');
    expect(() => erkDensities([[3]], 0.5)).toThrow('shapes[0]');
  });
});

describe('randomPositions', () => {
  it.each([
    [5, 100],
    [60, 100],
    [97, 100],
  ])('draws %i of %i, none of them taken, none twice', (count, total) => {
    const taken = Float64Array.of(0, 50, 99);
    const drawn = randomPositions(count, total, taken, new Random(1));
    expect(drawn).toHaveLength(count);
    expect(new Set([...drawn, ...taken]).size).toBe(count + 3);
    expect([...drawn]).toEqual([...drawn].sort((a, b) => a - b));
    expect(drawn.every((position) => position >= 0 && position < total)).toBe(true);
  });

  it.each([3, 6])('makes all free positions equally likely, for %i of 10', (count) => {
    const counts = new Float64Array(10);
    const random = new Random(2);
    for (let i = 0; i < 4000; i++)
      for (const at of randomPositions(count, 10, Float64Array.of(4), random)) counts[at]!++;
    const p = count / 9;
    for (const [at, n] of counts.entries()) {
      if (at === 4) expect(n).toBe(0);
      else expect(Math.abs(n - 4000 * p)).toBeLessThan(4 * Math.sqrt(4000 * p * (1 - p)));
    }
  });
});

describe('transposeTopology', () => {
  it('holds the same connections by rows', () => {
    const topology = scattered(7, 5, 12);
    const { rowPointers, columnIndices, permutation } = transposeTopology(topology);
    const columns = columnsOf(topology);
    for (let i = 0; i < 7; i++) {
      for (let q = rowPointers[i]!; q < rowPointers[i + 1]!; q++) {
        expect(topology.rowIndices[permutation[q]!]).toBe(i);
        expect(columns[permutation[q]!]).toBe(columnIndices[q]);
      }
    }
    expect([...permutation].sort((a, b) => a - b)).toEqual([...permutation.keys()]);
    expect(topologyFromPositions(7, 5, positionsOf(topology))).toEqual(topology);
  });
});
