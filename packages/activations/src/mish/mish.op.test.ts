import { describeOp, elementwise64 } from '@arborize/core/testing';
import { describe, expect, it } from 'vitest';
import { everyShape, valueAndSlope } from '../elementwise/testing.ts';
import { mish } from './mish.ts';

describeOp('mish', {
  op: (x) => mish(x!),
  float64: elementwise64((x) => x * Math.tanh(Math.log1p(Math.exp(x)))),
  shapes: everyShape,
});

describe('mish: closed form', () => {
  it('has the values and slopes of the table', async () => {
    const xs = [-10, -6, -1.5 * Math.PI, -Math.PI, -2, -1, -0.5, -0.1, 0, 0.5, 1, 3];
    const { values, slopes } = await valueAndSlope(mish, xs);
    expect(values).toBeAllClose([
      -0.000454, -0.014854, -0.042143, -0.13283, -0.252501, -0.303401, -0.220744, -0.056789, 0, 0.375245,
      0.865098, 2.986535,
    ]);
    expect(slopes).toBeAllClose([
      -0.000409, -0.01236, -0.03301, -0.087623, -0.108355, 0.059217, 0.289511, 0.535703, 0.6, 0.886424,
      1.049036, 1.021107,
    ]);
  });
});

describe('mish: edges', () => {
  it('is finite for huge inputs, 0 at −∞ and the identity far up', async () => {
    const { values, slopes } = await valueAndSlope(mish, [-Infinity, -1e30, -88, 30, 1e30]);
    expect(values).toBeAllClose([0, 0, 0, 30, Math.fround(1e30)]);
    expect(slopes).toBeAllClose([0, 0, 0, 1, 1]);
  });
});
