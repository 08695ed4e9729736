import { describeOp, elementwise64 } from '@arborize/core/testing';
import { describe, expect, it } from 'vitest';
import { everyShape, valueAndSlope } from '../elementwise/testing.ts';
import { silu } from './silu.ts';

describeOp('silu', {
  op: (x) => silu(x!),
  float64: elementwise64((x) => x / (1 + Math.exp(-x))),
  shapes: everyShape,
});
describeOp('silu with beta −2.5', {
  op: (x) => silu(x!, { beta: -2.5 }),
  float64: elementwise64((x) => x / (1 + Math.exp(2.5 * x))),
  shapes: [[[5, 7]]],
});

describe('silu: closed form', () => {
  it('has the values of the table', async () => {
    const xs = [-10, -6, -1.5 * Math.PI, -Math.PI, -2, -1, -0.5, -0.1, 0, 0.5, 1, 3];
    const { values } = await valueAndSlope(silu, xs);
    expect(values).toBeAllClose([
      -0.000454, -0.014836, -0.041956, -0.130137, -0.238406, -0.268941, -0.18877, -0.047502, 0, 0.31123,
      0.731059, 2.857722,
    ]);
  });
});

describe('silu: edges', () => {
  it('is finite for huge inputs, 0 at −∞ and the identity far up', async () => {
    const { values, slopes } = await valueAndSlope(silu, [-Infinity, -1e30, -110, 110, 1e30]);
    expect(values).toBeAllClose([0, 0, 0, 110, Math.fround(1e30)]);
    expect(slopes).toBeAllClose([0, 0, 0, 1, 1]);
  });
});

describe('silu: errors', () => {
  it('refuses a beta that is not finite', () => {
    expect(() => silu([1], { beta: Number.POSITIVE_INFINITY })).toThrow(
      'silu: options.beta must be a finite number, got Infinity.',
    );
  });
});
