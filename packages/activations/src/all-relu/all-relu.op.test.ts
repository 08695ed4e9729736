import { describeOp, elementwise64 } from '@arborize/core/testing';
import { describe, expect, it } from 'vitest';
import { everyShape, valueAndSlope } from '../elementwise/testing.ts';
import { allReLU, allReLUSlope } from './all-relu.ts';

describeOp('allReLU', {
  op: (x) => allReLU(x!, -0.6),
  float64: elementwise64((x) => (x > 0 ? x : -0.6 * x)),
  shapes: everyShape,
});

describe('allReLU: closed form', () => {
  const xs = [-2, -0.5, 0, 0.5, 2];

  it('turns negative inputs up in odd hidden layers and lets them pass in even ones', async () => {
    const first = await valueAndSlope((x) => allReLU(x, allReLUSlope(1)), xs);
    expect(first.values).toBeAllClose([1.2, 0.3, 0, 0.5, 2]);
    expect(first.slopes).toBeAllClose([-0.6, -0.6, -0.6, 1, 1]);
    const second = await valueAndSlope((x) => allReLU(x, allReLUSlope(2)), xs);
    expect(second.values).toBeAllClose([-1.2, -0.3, 0, 0.5, 2]);
  });
});

describe('allReLU: errors', () => {
  it('names what it got and what it wants', () => {
    expect(() => allReLU([1], Number.NaN)).toThrow('allReLU: slope must be a finite number, got NaN.');
    expect(() => allReLUSlope(0)).toThrow('allReLUSlope: hiddenLayer must be a positive integer, got 0.');
    expect(() => allReLUSlope(1, -1)).toThrow('allReLUSlope: alpha must be a finite number ≥ 0, got -1.');
  });
});
