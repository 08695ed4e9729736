import { type Array64, array64, describeOp, elementwise64 } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { everyShape, valueAndSlope } from '../elementwise/testing.ts';
import { ada, leakyAda } from './ada.ts';

const ada64 = (x: number, alpha: number, c: number, leak = 0) =>
  leak * Math.min(0, x) + Math.max(0, x) * Math.exp(-alpha * Math.max(0, x) + c);

describeOp('ada', {
  op: (x) => ada(x!),
  float64: elementwise64((x) => ada64(x, 0.5, 0)),
  shapes: everyShape,
});
describeOp('leaky ada', {
  op: (x) => leakyAda(x!, { alpha: 0.9, c: 1, leak: 0.2 }),
  float64: elementwise64((x) => ada64(x, 0.9, 1, 0.2)),
  shapes: [[[5, 7]], [[]], [[0]]],
});

const at = ({ values }: Array64, i: number) => values[i % values.length]!;

/** ADA of x [B, C] with α and c of shape [C] or [1]. */
function perChannel64(x: Array64, alpha: Array64, c: Array64): Array64 {
  return array64(
    x.shape,
    x.values.map((v, i) => ada64(v, at(alpha, i), at(c, i))),
  );
}

describeOp('ada with α and c for each channel', {
  op: (x, alpha, c) => ada(x!, { alpha: alpha!, c: c! }),
  float64: perChannel64 as (...arrays: Array64[]) => Array64,
  shapes: [
    [[5, 3], [3], [3]],
    [[5, 3], [1], [3]],
  ],
  sample: (random) => random.uniform(0.1, 2),
});

describe('ada: closed form', () => {
  const xs = [-2, 0, 0.25, 1, 2, 5, 20];
  const table = [
    {
      alpha: 0.5,
      c: 0,
      values: [0.220624, 0.606531, 0.735759, 0.410425, 0.000908],
      slopes: [0.772185, 0.303265, 0, -0.123127, -0.000409],
    },
    {
      alpha: 1,
      c: 0,
      values: [0.1947, 0.367879, 0.270671, 0.03369, 0],
      slopes: [0.584101, 0, -0.135335, -0.026952, 0],
    },
    {
      alpha: 1,
      c: 1,
      values: [0.52925, 1, 0.735759, 0.091578, 0],
      slopes: [1.58775, 0, -0.367879, -0.073263, 0],
    },
    {
      alpha: 0.1,
      c: 0,
      values: [0.243827, 0.904837, 1.637462, 3.032653, 2.706706],
      slopes: [0.950927, 0.814354, 0.654985, 0.303265, -0.135335],
    },
    {
      alpha: 0.9,
      c: 0,
      values: [0.199629, 0.40657, 0.330598, 0.055545, 0],
      slopes: [0.61885, 0.040657, -0.132239, -0.038881, 0],
    },
  ];

  it.each(table)(
    'has the values and slopes of the table for α = $alpha, c = $c',
    async ({ alpha, c, values, slopes }) => {
      const plain = await valueAndSlope((x) => ada(x, { alpha, c }), xs);
      expect(plain.values).toBeAllClose([0, 0, ...values]);
      expect(plain.slopes).toBeAllClose([0, 0, ...slopes]);
      const leaky = await valueAndSlope((x) => leakyAda(x, { alpha, c }), xs);
      expect(leaky.values).toBeAllClose([-0.02, 0, ...values]);
      expect(leaky.slopes).toBeAllClose([0.01, 0.01, ...slopes]);
    },
  );

  it('has its peak at 1/α', async () => {
    const { values, slopes } = await valueAndSlope((x) => ada(x, { alpha: 0.3 }), [1, 5, 1 / 0.3]);
    expect(values).toBeAllClose([0.740818, 1.115651, 1.226265]);
    expect(slopes).toBeAllClose([0.518573, -0.111565, 0]);
  });

  it.each([
    { alpha: 0.5, c: 0 },
    { alpha: 1.5, c: 1 },
  ])('has one maximum, and the area exp(c) / α² under it, for α = $alpha, c = $c', async ({ alpha, c }) => {
    const [count, step] = [4001, 0.01];
    const x = tf.linspace(0, (count - 1) * step, count);
    const y = ada(x, { alpha, c });
    const values = [...(await y.data())];
    tf.dispose([x, y]);
    const peak = values.indexOf(Math.max(...values));
    expect(Math.abs(peak * step - 1 / alpha)).toBeLessThan(2 * step);
    expect(
      values.every((value, i) => i === 0 || (i <= peak ? value > values[i - 1]! : value <= values[i - 1]!)),
    ).toBe(true);
    const area = values.reduce((sum, value) => sum + value, 0) * step;
    expect(area / (Math.exp(c) / alpha ** 2)).toBeCloseTo(1, 3);
  });

  it('has the gradients of α and c', async () => {
    const gradients = tf.grads((x, alpha, c) => ada(x!, { alpha: alpha!, c: c! }))([
      tf.scalar(2),
      tf.scalar(0.5),
      tf.scalar(0),
    ]);
    expect(await gradients[1]!.data()).toBeAllClose([-1.471518]);
    expect(await gradients[2]!.data()).toBeAllClose([0.735759]);
  });

  it('solves XOR with one linear unit', async () => {
    const preactivation = tf.add(
      tf.matMul(
        [
          [0, 0],
          [0, 1],
          [1, 0],
          [1, 1],
        ],
        [[5], [5]],
      ),
      -4,
    );
    const y = ada(preactivation, { alpha: 1, c: 1 });
    expect(await y.data()).toBeAllClose([0, 1, 1, 0.040428]);
  });
});

describe('ada: training', () => {
  it.each([
    { name: 'plain', leak: 0, mse: 0.01735 },
    { name: 'leaky', leak: 0.01, mse: 0.01737 },
  ])('of one $name unit on XOR is after 100 steps where float64 is', async ({ leak, mse }) => {
    const corners = tf.tensor2d([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    const xor = tf.tensor2d([[0], [1], [1], [0]]);
    const [w, b] = [tf.variable(tf.ones([2, 1])), tf.variable(tf.scalar(-0.5))];
    const activate = (x: tf.Tensor) =>
      leak ? leakyAda(x, { alpha: 1, c: 1, leak }) : ada(x, { alpha: 1, c: 1 });
    const loss = () =>
      tf.losses.meanSquaredError(xor, activate(tf.add(tf.matMul(corners, w), b))) as tf.Scalar;
    const adam = tf.train.adam(0.05);
    for (let step = 1; step < 100; step++) adam.minimize(loss, false, [w, b]);
    // Of the step's forward pass, before its update.
    const last = adam.minimize(loss, true, [w, b])!;
    expect(Math.abs((await last.data())[0]! - mse)).toBeLessThan(1e-5);
    adam.dispose();
    tf.dispose([corners, xor, w, b, last]);
  });
});

describe('ada: edges', () => {
  it('is never NaN for huge inputs', async () => {
    const xs = [-Infinity, -1e30, -150, 0, 88, 1e30, Infinity];
    const plain = await valueAndSlope((x) => ada(x, { alpha: 0.9 }), xs);
    expect(plain.values).toBeAllClose([0, 0, 0, 0, 0, 0, 0]);
    expect(plain.slopes).toBeAllClose([0, 0, 0, 0, 0, 0, 0]);
    const leaky = await valueAndSlope((x) => leakyAda(x, { alpha: 0.9 }), xs);
    expect(leaky.values[0]).toBe(-Infinity);
    expect(leaky.slopes).toBeAllClose([0.01, 0.01, 0.01, 0.01, 0, 0, 0]);
  });

  it('tends to ReLU as α tends to 0, and equals plain ADA without leak', async () => {
    const xs = Array.from({ length: 41 }, (_, i) => -10 + i / 2);
    const soft = await valueAndSlope((x) => ada(x, { alpha: 1e-8 }), xs);
    expect(soft.values).toBeAllClose(xs.map((x) => Math.max(0, x)));
    const leakless = await valueAndSlope((x) => leakyAda(x, { leak: 0 }), xs);
    const plain = await valueAndSlope((x) => ada(x), xs);
    expect(leakless.values).toBeAllClose(plain.values);
  });
});

describe('ada: errors', () => {
  it('names what it got and what it wants', () => {
    expect(() => ada([1], { alpha: 0 })).toThrow('ada: options.alpha must be a positive number, got 0.');
    expect(() => leakyAda([1], { leak: 1 })).toThrow(
      'leakyAda: options.leak must be a number in [0, 1), got 1.',
    );
    expect(() => ada(tf.zeros([2, 3]), { alpha: tf.ones([2]) })).toThrow(
      'ada: options.alpha must be a number or a tensor that broadcasts to the shape [2,3] of x, got a float32 tensor of shape [2].',
    );
  });
});
