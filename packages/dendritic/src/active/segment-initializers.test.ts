import { describe, expect, it } from 'vitest';
import { expectedLargest, segmentBound } from './segment-initializers.ts';

describe('expectedLargest: closed form', () => {
  it.each([
    [1, 0.798],
    [2, 1.13],
    [3, 1.326],
    [5, 1.57],
    [10, 1.881],
    [20, 2.165],
    [50, 2.509],
    [100, 2.747],
  ])('of %d normals is %d', (count, expected) => {
    expect(expectedLargest(count)).toBeCloseTo(expected, 2);
  });
});

describe('segmentBound: closed form', () => {
  const scale = { contextGain: 3, contextScale: 1, contextDensity: 0.1, segmentSparsity: 0 };

  it('has the published values', () => {
    expect(segmentBound(10, 784, { ...scale, segmentInitializer: 'sparseUniform' })).toBeCloseTo(0.112938, 6);
    expect(segmentBound(10, 784, { ...scale, segmentInitializer: 'uniform' })).toBeCloseTo(1 / 28, 12);
    expect(segmentBound(5, 5, { ...scale, segmentInitializer: 'contextNorm' })).toBeCloseTo(3.31, 1);
  });
});
