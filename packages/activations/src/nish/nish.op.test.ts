import { ArgumentError } from '@arborize/core';
import { backendTolerance, describeOp, elementwise64 } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { everyShape, valueAndSlope } from '../elementwise/testing.ts';
import { nish } from './nish.ts';

const sigma = (x: number) => 1 / (1 + Math.exp(-x));
const nish64 = (p: number, a = 1, b = 1) =>
  elementwise64((x) => (x > 0 ? x : (p * x + a * Math.sin(b * x)) * sigma(x)));

describeOp('nish product', { op: (x) => nish(x!), float64: nish64(0), shapes: everyShape });
describeOp('nish sinlu', {
  op: (x) => nish(x!, { variant: 'sinlu' }),
  float64: nish64(1),
  shapes: everyShape,
});
describeOp('nish with other constants', {
  op: (x) => nish(x!, { variant: 'sinlu', a: -0.7, b: 3 }),
  float64: nish64(1, -0.7, 3),
  shapes: [[[5, 7]]],
});

const xs = [-10, -6, -1.5 * Math.PI, -Math.PI, -2, -1, -0.5, -0.1, 0, 0.5, 1, 3];

describe('nish: closed form', () => {
  it.each([
    {
      variant: 'product' as const,
      values: [0.000025, 0.000691, 0.008903, 0, -0.108391, -0.226306, -0.181003, -0.047423, 0, 0.5, 1, 3],
      slopes: [
        -0.000013, 0.003063, 0.008824, -0.041424, -0.145076, -0.020134, 0.218656, 0.447752, 0.5, 1, 1, 1,
      ],
    },
    {
      variant: 'sinlu' as const,
      values: [
        -0.000429, -0.014145, -0.033053, -0.130137, -0.346797, -0.495248, -0.369773, -0.094925, 0, 0.5, 1, 3,
      ],
      slopes: [
        -0.000422, -0.009263, -0.023855, -0.124746, -0.235861, 0.052196, 0.478695, 0.897835, 1, 1, 1, 1,
      ],
    },
  ])('has the values and slopes of the table for $variant', async ({ variant, values, slopes }) => {
    const { absolute } = backendTolerance();
    const actual = await valueAndSlope((x) => nish(x, { variant }), xs);
    expect(actual.values).toBeAllClose(values, { absolute, relative: 0 });
    expect(actual.slopes).toBeAllClose(slopes, { absolute, relative: 0 });
  });

  it.each([
    { variant: 'product' as const, minimum: -0.226852, at: -0.946502 },
    { variant: 'sinlu' as const, minimum: -0.497371, at: -1.082865 },
  ])('has its minimum $minimum at $at for $variant', async ({ variant, minimum, at }) => {
    const points = tf.getBackend() === 'webgpu' ? 10_001 : 1_000_001;
    const step = 8 / (points - 1);
    const grid = tf.tensor1d(Float32Array.from({ length: points }, (_, i) => i * step - 8));
    const y = nish(grid, { variant });
    const [lowest, index] = [tf.min(y), tf.argMin(y)];
    expect((await lowest.data())[0]).toBeCloseTo(minimum, tf.getBackend() === 'webgpu' ? 4 : 6);
    // The curve is flat there: float32 cannot tell neighbours of the minimum apart.
    expect(Math.abs(-8 + step * (await index.data())[0]! - at)).toBeLessThan(2e-3);
    tf.dispose([grid, y, lowest, index]);
  });
});

describe('nish: edges', () => {
  it('is the identity, bit for bit, for positive inputs', async () => {
    const positive = Float32Array.from({ length: 1001 }, (_, i) => 1e-30 * 1.15 ** i).filter(Number.isFinite);
    const { values } = await valueAndSlope((x) => nish(x), [...positive]);
    expect(values).toEqual(positive);
  });

  it('vanishes far below 0 and is never NaN for an infinity', async () => {
    const { values, slopes } = await valueAndSlope((x) => nish(x), [-Infinity, -1e6, -88, Infinity, -0]);
    for (const i of [0, 1, 2]) {
      expect(Math.abs(values[i]!)).toBeLessThan(1e-30);
      expect(Math.abs(slopes[i]!)).toBeLessThan(1e-30);
    }
    expect([values[3], slopes[3]]).toEqual([Infinity, 1]);
    expect(Math.abs(values[4]!)).toBe(0);
  });

  it('keeps NaN', async () => {
    const { values, slopes } = await valueAndSlope((x) => nish(x), [Number.NaN, 1, -1, 2, 3]);
    expect(values[0]).toBeNaN();
    expect(slopes[0]).toBeNaN();
    expect(values[1]).toBe(1);
  });

  it('is the negative half of swish with p = 1 and a = 0', async () => {
    const { values } = await valueAndSlope((x) => nish(x, { variant: 'sinlu', a: 0 }), [-5, -2, -0.3]);
    expect(values).toBeAllClose([-5, -2, -0.3].map((x) => x * sigma(x)));
  });
});

describe('nish: errors', () => {
  it('names what it got and what it wants', () => {
    expect(() => nish([1], { variant: 'sin' as never })).toThrow(
      "nish: options.variant must be 'product' or 'sinlu', got 'sin'.",
    );
    expect(() => nish([1], { a: Number.NaN })).toThrow('nish: options.a must be a finite number, got NaN.');
    expect(() => nish('x')).toThrow(ArgumentError);
  });
});
