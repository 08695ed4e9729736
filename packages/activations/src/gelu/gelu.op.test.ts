import { describeOp, elementwise64 } from '@arborize/core/testing';
import { describe, expect, it } from 'vitest';
import { everyShape, valueAndSlope } from '../elementwise/testing.ts';
import { gelu } from './gelu.ts';

/** erf by its Taylor series, or the continued fraction of erfc where the series converges slowly. */
function erf(x: number): number {
  const z = Math.abs(x);
  if (z < 3) {
    let term = z;
    let sum = z;
    for (let n = 1; n < 80; n++) {
      term *= -(z * z) / n;
      sum += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
  }
  let fraction = z;
  for (let n = 60; n > 0; n--) fraction = z + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-z * z) / (fraction * Math.sqrt(Math.PI)));
}

describeOp('gelu', {
  op: (x) => gelu(x!),
  float64: elementwise64((x) => 0.5 * x * (1 + erf(x / Math.SQRT2))),
  shapes: everyShape,
});
describeOp('gelu, tanh form', {
  op: (x) => gelu(x!, { approximate: true }),
  float64: elementwise64((x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))),
  shapes: [[[5, 7]], [[]], [[0]], [[64, 65]]],
});

describe('gelu: closed form', () => {
  it('has the values of the table', async () => {
    const xs = [-10, -6, -1.5 * Math.PI, -Math.PI, -2, -1, -0.5, -0.1, 0, 0.5, 1, 3];
    const { values } = await valueAndSlope(gelu, xs);
    expect(values).toBeAllClose([
      0, 0, -0.000006, -0.002639, -0.0455, -0.158655, -0.154269, -0.046017, 0, 0.345731, 0.841345, 2.99595,
    ]);
  });
});

describe('gelu: edges', () => {
  it.each([false, true])('is finite for huge inputs, approximate = %s', async (approximate) => {
    const { values, slopes } = await valueAndSlope(
      (x) => gelu(x, { approximate }),
      [-Infinity, -1e30, -15, 15, 1e30],
    );
    expect(values).toBeAllClose([0, 0, 0, 15, Math.fround(1e30)]);
    expect(slopes).toBeAllClose([0, 0, 0, 1, 1]);
  });
});
