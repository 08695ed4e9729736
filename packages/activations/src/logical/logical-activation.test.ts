import '@tensorflow/tfjs-backend-cpu';
import { Random } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { andAil, orAil, xnorAil } from './ail.ts';
import { andIl, orIl, xnorIl } from './il.ts';
import { logicalActivation } from './logical-activation.ts';

beforeAll(() => tf.setBackend('cpu'));

const run = (op: (x: Tensor) => Tensor, values: readonly number[]) =>
  tf.tidy(() => op(tf.tensor1d([...values]))).data<'float32'>();

function normal(count: number, deviation = 1): number[] {
  const random = new Random(5);
  return Array.from({ length: count }, () => random.normal(0, deviation));
}

const sigma = (x: number) => 1 / (1 + Math.exp(-x));

describe('logical gates: properties', () => {
  const z = normal(240, 2);

  it('AND is the mirror of OR', async () => {
    for (const k of [2, 3, 5]) {
      const mirrored = await run((x) => tf.neg(orAil(tf.neg(x), { k })), z);
      expect(await run((x) => andAil(x, { k }), z)).toEqual(mirrored);
    }
  });

  it('does not see the order of a group', async () => {
    const reversed = z.map((_, i) => z[i - (i % 4) + 3 - (i % 4)]!);
    for (const op of [orAil, andAil, xnorAil, orIl, andIl, xnorIl]) {
      expect(await run((x) => op(x, { k: 4 }), reversed)).toBeAllClose(await run((x) => op(x, { k: 4 }), z));
    }
  });

  it('folds OR and AND of pairs into those of four', async () => {
    for (const op of [orAil, andAil, orIl, andIl]) {
      expect(await run((x) => op(op(x)), z)).toBeAllClose(await run((x) => op(x, { k: 4 }), z));
    }
  });

  it('with 0 is ReLU, its mirror and nothing; with itself and its negative, XNOR is ±|x|', async () => {
    const pairs = (other: (x: number) => number) => z.flatMap((x) => [x, other(x)]);
    expect(
      await run(
        orAil,
        pairs(() => 0),
      ),
    ).toEqual(Float32Array.from(z, (x) => Math.max(x, 0)));
    expect(
      await run(
        andAil,
        pairs(() => 0),
      ),
    ).toBeAllClose(z.map((x) => Math.min(x, 0)));
    expect(
      await run(
        xnorAil,
        pairs((x) => x),
      ),
    ).toEqual(Float32Array.from(z, Math.abs));
    expect(
      await run(
        xnorAil,
        pairs((x) => -x),
      ),
    ).toEqual(Float32Array.from(z, (x) => -Math.abs(x)));
  });

  it('is positively homogeneous', async () => {
    for (const op of [orAil, andAil, xnorAil]) {
      const scaled = await run((x) => op(tf.mul(x, 4)), z);
      expect(scaled).toEqual((await run(op, z)).map((y) => 4 * y));
    }
  });

  it('has the probability of independent events when exact', async () => {
    const probabilities = async (op: typeof orIl) => (await run(op, z)).map(sigma);
    const expected = (f: (p: number, q: number) => number) =>
      Array.from({ length: z.length / 2 }, (_, i) => f(sigma(z[2 * i]!), sigma(z[2 * i + 1]!)));
    const within = { absolute: 1e-6, relative: 0 };
    expect(await probabilities(andIl)).toBeAllClose(
      expected((p, q) => p * q),
      within,
    );
    expect(await probabilities(orIl)).toBeAllClose(
      expected((p, q) => p + q - p * q),
      within,
    );
    expect(await probabilities(xnorIl)).toBeAllClose(
      expected((p, q) => p * q + (1 - p) * (1 - q)),
      within,
    );
  });

  it('is within log 3 (OR) and log 2 (XNOR) of the exact gate', async () => {
    const [or, xnor] = [await run(orAil, z), await run(xnorAil, z)];
    for (const [i, exact] of (await run(orIl, z)).entries()) {
      expect(exact - or[i]!).toBeGreaterThanOrEqual(0);
      expect(exact - or[i]!).toBeLessThanOrEqual(Math.log(3) + 1e-6);
    }
    for (const [i, exact] of (await run(xnorIl, z)).entries()) {
      expect(Math.abs(exact - xnor[i]!)).toBeLessThanOrEqual(Math.log(2) + 1e-6);
    }
  });

  it('approaches the piecewise linear gate as the temperature falls', async () => {
    const options = { ops: ['and', 'or', 'xnor'], normalized: false } as const;
    const cold = await run((x) => logicalActivation(x, { ...options, exact: true, temperature: 1e-3 }), z);
    const linear = await run((x) => logicalActivation(x, options), z);
    expect(cold).toBeAllClose(linear, { absolute: 1.2e-3, relative: 0 });
  });

  it.each([
    [2, false],
    [3, false],
    [2, true],
  ])('is standard normal in mean and deviation when normalized: k = %d, exact = %s', async (k, exact) => {
    const samples = normal(600_000);
    for (const op of ['and', 'or', 'xnor'] as const) {
      const y = await run((x) => logicalActivation(x, { ops: [op], k, exact }), samples);
      const mean = y.reduce((a, b) => a + b, 0) / y.length;
      const variance = y.reduce((a, b) => a + (b - mean) ** 2, 0) / y.length;
      expect(Math.abs(mean)).toBeLessThan(0.005);
      expect(Math.abs(Math.sqrt(variance) - 1)).toBeLessThan(0.005);
    }
  });

  it('stacked XNOR layers compute the parity of eight bits exactly', async () => {
    const bits = Array.from({ length: 256 }, (_, n) => Array.from({ length: 8 }, (_, i) => (n >> i) & 1));
    const z = bits.flat().map((bit) => 2 * bit - 1);
    const y = await run((x) => tf.reshape(xnorAil(xnorAil(xnorAil(tf.reshape(x, [256, 8])))), [256]), z);
    // An even number of −1 among eight is an even number of 1.
    expect([...y]).toEqual(bits.map((row) => (row.reduce((a, b) => a + b, 0) % 2 ? -1 : 1)));
  });
});

describe('logical gates: one unit learns XOR', () => {
  const starts = 20;
  const cases = [-1, -1, -1, 1, 1, -1, 1, 1];
  const targets = [0, 1, 1, 0];

  /** Trains two pre-activations and one gate as the log-odds of XOR, from many starts side by side. */
  async function solved(gate: 'or' | 'xnor'): Promise<number> {
    const random = new Random(1);
    const draws = Float32Array.from({ length: starts * 4 }, () => random.normal(0, Math.SQRT1_2));
    const kernel = tf.variable(tf.tensor3d(draws, [starts, 2, 2]));
    const bias = tf.variable(tf.zeros([starts, 1, 2]));
    const x = tf.tile(tf.tensor3d(cases, [1, 4, 2]), [starts, 1, 1]);
    const labels = tf.tile(tf.tensor3d(targets, [1, 4, 1]), [starts, 1, 1]);
    const logits = () =>
      logicalActivation(tf.add(tf.matMul(x, kernel), bias), { ops: [gate], normalized: false });
    const optimizer = tf.train.adam(0.05);
    for (let step = 0; step < 800; step++) {
      // Starts do not share a weight, so the mean over all of them, times their number, trains each on its own mean.
      optimizer.minimize(() => tf.mul(tf.losses.sigmoidCrossEntropy(labels, logits()), starts) as tf.Scalar);
    }
    const y = tf.tidy(logits);
    const values = await y.data();
    optimizer.dispose();
    tf.dispose([kernel, bias, x, labels, y]);
    const right = (start: number) =>
      targets.every((target, i) => values[start * 4 + i]! > 0 === (target === 1));
    return Array.from({ length: starts }, (_, start) => right(start)).filter(Boolean).length;
  }

  it.each([
    ['xnor', 20],
    ['or', 18],
  ] as const)('with an %s gate from at least %d of 20 starts', async (gate, least) => {
    expect(await solved(gate)).toBeGreaterThanOrEqual(least);
  });
});
