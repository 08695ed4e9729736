import { type Array64, array64, describeOp, expectNoTensorLeak, onlyOn } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { dacMatMul } from './dac-mat-mul.ts';

const relu64 = (z: number) => Math.max(0, z);
const inner64 = {
  relu: relu64,
  leakyRelu: (z: number) => Math.max(z, 0.1 * z),
  elu: (z: number) => (z > 0 ? z : Math.expm1(z)),
  softplus: (z: number) => Math.log1p(Math.exp(z)),
};

/** Σ_i w_io · φ(x_ni + b_ig) as three loops. */
function dac64(phi: (z: number) => number) {
  return (x: Array64, w: Array64, b: Array64): Array64 => {
    const [inputs, outputs] = w.shape as [number, number];
    const groups = b.shape[1]!;
    const shape = [...x.shape.slice(0, -1), outputs];
    const z = new Float64Array(shape.reduce((a, c) => a * c, 1));
    for (let at = 0; at < z.length; at++) {
      const [n, o] = [Math.floor(at / outputs), at % outputs];
      const g = Math.floor((o * groups) / outputs);
      for (let i = 0; i < inputs; i++) {
        z[at]! += w.values[i * outputs + o]! * phi(x.values[n * inputs + i]! + b.values[i * groups + g]!);
      }
    }
    return array64(shape, z);
  };
}

const shapes = (...sizes: [b: number, i: number, o: number, g: number][]) =>
  sizes.map(([b, i, o, g]) => [
    [b, i],
    [i, o],
    [i, g],
  ]);

for (const activation of ['relu', 'leakyRelu', 'elu', 'softplus'] as const) {
  describeOp(`dacMatMul, ${activation}`, {
    op: (x, w, b) => dacMatMul(x!, w!, b!, { activation, alpha: 0.1 }),
    float64: dac64(inner64[activation]) as (...arrays: Array64[]) => Array64,
    shapes:
      activation === 'relu'
        ? shapes(
            [5, 7, 6, 6],
            [1, 3, 5, 5],
            [4, 4, 8, 8],
            [3, 1, 1, 1],
            [9, 5, 11, 11],
            [2, 0, 3, 3],
            [0, 2, 3, 3],
          )
        : shapes([5, 7, 6, 6], [3, 2, 16, 2], [1, 3, 5, 5], [9, 5, 11, 11]),
  });
}

describeOp('dacMatMul, any activation', {
  op: (x, w, b) => dacMatMul(x!, w!, b!, { activation: (z) => tf.tanh(z) }),
  float64: dac64(Math.tanh) as (...arrays: Array64[]) => Array64,
  shapes: shapes([5, 7, 6, 3], [3, 2, 4, 4]),
});

describeOp('dacMatMul, groups', {
  op: (x, w, b) => dacMatMul(x!, w!, b!),
  float64: dac64(relu64) as (...arrays: Array64[]) => Array64,
  shapes: [
    ...shapes([5, 7, 6, 1], [5, 7, 6, 2], [5, 7, 6, 3], [4, 3, 16, 2], [3, 2, 24, 3]),
    [
      [2, 3, 4],
      [4, 6],
      [4, 2],
    ],
    [[4], [4, 6], [4, 6]],
  ],
});

describeOp('dacMatMul, larger than the blocks of the kernels', {
  op: (x, w, b) => dacMatMul(x!, w!, b!),
  float64: dac64(relu64) as (...arrays: Array64[]) => Array64,
  shapes: shapes([3, 65, 33, 33], [37, 300, 19, 19]),
  tolerance: () => ({ absolute: 2e-3, relative: 1e-4 }),
});

describe('dacMatMul: against reference', () => {
  it('has the gradients of the broadcast composition over more rows and outputs than a block has', async () => {
    const [x, w, b, dz] = [
      tf.randomNormal([270, 9], 0, 1, 'float32', 1),
      tf.randomNormal([9, 262], 0, 1, 'float32', 2),
      tf.randomNormal([9, 262], 0, 1, 'float32', 3),
      tf.randomNormal([270, 262], 0, 1, 'float32', 4),
    ];
    const broadcast = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor) =>
      tf.sum(tf.mul(tf.relu(tf.add(tf.expandDims(x, 2), tf.expandDims(b, 0))), tf.expandDims(w, 0)), 1);
    const actual = tf.grads((x, w, b) => dacMatMul(x!, w!, b!))([x, w, b], dz);
    const expected = tf.grads((x, w, b) => broadcast(x!, w!, b!))([x, w, b], dz);
    for (const [i, gradient] of actual.entries()) {
      expect(await gradient.data()).toBeAllClose(await expected[i]!.data(), {
        absolute: 1e-3,
        relative: 1e-3,
      });
    }
    tf.dispose([x, w, b, dz, ...actual, ...expected]);
  });
});

describe('dacMatMul: closed form', () => {
  const x = [
    [1, -0.5, 2],
    [0.25, 0.75, -1.5],
  ];
  const w = [
    [0.5, -1],
    [1.5, 0.25],
    [-0.75, 2],
  ];
  const b = [
    [0, -0.5],
    [0.75, 0.5],
    [-1, 1],
  ];

  it('has the values and gradients of the example, closed where x + b is 0', async () => {
    const z = dacMatMul(x, w, b);
    expect(await z.data()).toBeAllClose([0.125, 5.5, 2.375, 0.3125]);
    const gradients = tf.grads((x, w, b) => dacMatMul(x!, w!, b!))(
      [tf.tensor2d(x), tf.tensor2d(w), tf.tensor2d(b)],
      tf.tensor2d([
        [1, -2],
        [0.5, 1],
      ]),
    );
    const [dx, dw, db] = await Promise.all(gradients.map((gradient) => gradient.data()));
    expect(dx!).toBeAllClose([2.5, 1.5, -4.75, 0.25, 1, 0]);
    expect(dw!).toBeAllClose([1.125, -1, 1, 1.25, 1, -6]);
    expect(db!).toBeAllClose([0.75, 2, 2.25, 0.25, -0.75, -4]);
    tf.dispose([z, ...gradients]);
  });

  it('has the values of a leaky ReLU, and of one bias for all outputs', async () => {
    const leaky = dacMatMul(x, w, b, { activation: 'leakyRelu', alpha: 0.1 });
    expect(await leaky.data()).toBeAllClose([0.125, 5.5, 2.5625, 0.2375]);
    const shared = dacMatMul(x, w, [[0], [0.75], [-1]]);
    expect(await shared.data()).toBeAllClose([0.125, 1.0625, 2.375, 0.125]);
    tf.dispose([leaky, shared]);
  });

  it('is any piecewise linear function of one number that is fed five times', async () => {
    const xs = [0, 0.1, 0.25, 0.4, 0.5, 0.75, 0.9, 1];
    const copies = tf.tile(tf.tensor2d(xs, [8, 1]), [1, 5]);
    const f = dacMatMul(copies, [[0.5], [1.5], [-3], [4], [-6]], [[1], [0], [-0.25], [-0.5], [-0.75]]);
    expect(await f.data()).toBeAllClose([0.5, 0.7, 1, 0.85, 0.75, 1.5, 1.05, 0.75]);
    tf.dispose([copies, f]);
  });
});

describe('dacMatMul: identities', () => {
  const random = (shape: [number, number], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed);
  const close = { absolute: 1e-5, relative: 1e-5 };

  it('is an ordinary layer behind a ReLU where consumers share their biases, gradients included', async () => {
    const [x, w, b, dz] = [random([6, 9], 1), random([9, 5], 2), random([9, 1], 3), random([6, 5], 4)];
    const ordinary = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor) =>
      tf.matMul(tf.relu(tf.add(x, tf.transpose(b))), w);
    const expected = tf.valueAndGrads((x, w, b) => ordinary(x!, w!, b!))([x, w, b], dz);
    for (const copies of [1, 5]) {
      const tiled = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor) => dacMatMul(x, w, tf.tile(b, [1, copies]));
      const actual = tf.valueAndGrads((x, w, b) => tiled(x!, w!, b!))([x, w, b], dz);
      expect(await actual.value.data()).toBeAllClose(await expected.value.data(), close);
      for (const [i, gradient] of actual.grads.entries()) {
        expect(await gradient.data()).toBeAllClose(await expected.grads[i]!.data(), close);
      }
      tf.dispose([actual]);
    }
    tf.dispose([x, w, b, dz, expected]);
  });

  it('is affine where every connection is open, gradients included', async () => {
    const [x, w, dz] = [random([6, 9], 1), random([9, 5], 2), random([6, 5], 4)];
    const b = tf.add(tf.abs(random([9, 5], 3)), 6);
    const affine = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor) =>
      tf.add(tf.matMul(x, w), tf.sum(tf.mul(w, b), 0));
    const tolerance = { absolute: 1e-4, relative: 1e-5 };
    const expected = tf.valueAndGrads((x, w, b) => affine(x!, w!, b!))([x, w, b], dz);
    const actual = tf.valueAndGrads((x, w, b) => dacMatMul(x!, w!, b!))([x, w, b], dz);
    expect(await actual.value.data()).toBeAllClose(await expected.value.data(), tolerance);
    for (const [i, gradient] of actual.grads.entries()) {
      expect(await gradient.data()).toBeAllClose(await expected.grads[i]!.data(), tolerance);
    }
    tf.dispose([x, w, b, dz, expected, actual]);
  });

  it('scales with x and b', async () => {
    const [x, w, b] = [random([6, 9], 1), random([9, 5], 2), random([9, 5], 3)];
    const expected = tf.mul(dacMatMul(x, w, b), 3.7);
    const scaled = dacMatMul(tf.mul(x, 3.7), w, tf.mul(b, 3.7));
    expect(await scaled.data()).toBeAllClose(await expected.data(), { absolute: 1e-4, relative: 1e-5 });
  });
});

describe('dacMatMul: edges', () => {
  it('is closed to what is infinitely small, for few rows and for many', async () => {
    for (const rows of [1, 5]) {
      const z = dacMatMul(tf.fill([rows, 2], Number.NEGATIVE_INFINITY), tf.ones([2, 9]), tf.zeros([2, 9]));
      expect([...(await z.data())].every((value) => value === 0)).toBe(true);
      z.dispose();
    }
  });

  it('keeps NaN and the gradient of a weight alone', async () => {
    const z = dacMatMul([[Number.NaN, 1, 1, 1, 1]], tf.ones([5, 9]), tf.zeros([5, 9]));
    expect([...(await z.data())].every(Number.isNaN)).toBe(true);
    const dw = tf.grad((w) => dacMatMul([[1, -1]], w, [[0], [0.5]]))(tf.tensor2d([[1], [1]]));
    expect(await dw.data()).toBeAllClose([1, 0]);
    tf.dispose([z, dw]);
  });
});

describe('dacMatMul: memory', () => {
  it('leaves nothing behind', async () => {
    const operands = [tf.ones([6, 5]), tf.ones([5, 4]), tf.zeros([5, 4])];
    await expectNoTensorLeak(() => tf.dispose(tf.grads((x, w, b) => dacMatMul(x!, w!, b!))(operands)));
    tf.dispose(operands);
  });
});

describe('dacMatMul: memory of its kernels', () => {
  onlyOn(['wasm', 'webgpu'], 'kernels that hold no number for each connection and row');

  it('peaks below 8 times the weights, inputs and outputs in a step of training', async () => {
    const [x, w, b] = [tf.ones([64, 256]), tf.ones([256, 256]), tf.zeros([256, 256])];
    const numbers = x.size + w.size + b.size + 64 * 256;
    const before = tf.memory().numBytes;
    const { peakBytes } = await tf.profile(() => {
      tf.dispose(tf.grads((x, w, b) => dacMatMul(x!, w!, b!))([x, w, b]));
      return [];
    });
    expect(peakBytes).toBeGreaterThan(before);
    expect(peakBytes - before).toBeLessThan(8 * 4 * numbers);
    tf.dispose([x, w, b]);
  });
});

describe('dacMatMul: errors', () => {
  it('names what it got and what it wants', () => {
    const [x, w] = [tf.zeros([2, 3]), tf.zeros([3, 4])];
    expect(() => dacMatMul(x, w, tf.zeros([3, 3]))).toThrow(
      'dacMatMul: bias must be of shape [3, G] with G dividing 4, got a float32 tensor of shape [3, 3].',
    );
    expect(() => dacMatMul(x, tf.zeros([2, 4]), tf.zeros([2, 4]))).toThrow(
      'dacMatMul: x must be of shape [..., 2], for a kernel of shape [2, 4], got a float32 tensor of shape [2, 3].',
    );
    expect(() => dacMatMul(x, tf.zeros([3]), w)).toThrow('dacMatMul: kernel must be of shape [I, O]');
    expect(() => dacMatMul(x, w, w, { activation: 'swish' as never })).toThrow(
      "dacMatMul: options.activation must be 'relu', 'leakyRelu', 'elu', 'softplus' or a function of a tensor, got 'swish'.",
    );
    expect(() => dacMatMul(x, w, w, { activation: 'leakyRelu', alpha: 1 })).toThrow(
      'dacMatMul: options.alpha must be a number in [0, 1), got 1.',
    );
    tf.dispose([x, w]);
  });
});
