import { array64, describeOp } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { maskUpdate } from './mask-update.ts';
import { maskedKernel } from './masked-kernel.ts';
import { normalizeMaskGradient } from './normalize-mask-gradient.ts';
import { unitStep } from './unit-step.ts';

const x = [
  [1, 2, -1],
  [0.5, -1, 3],
];
const w = [
  [0.2, -0.4],
  [0.7, 0.1],
  [-0.3, 0.5],
];
const m = [
  [0.1, -0.2],
  [0.05, 0.3],
  [0, 0.02],
];
const dz = [
  [1, -1],
  [0.5, 2],
];
const G = [
  [1.25, 0],
  [1.5, -4],
  [0.5, 7],
];
const byMask = [
  [0.25, 0],
  [1.05, -0.4],
  [-0.15, 3.5],
];
const near = { absolute: 2e-6, relative: 1e-5 };
const loose = { absolute: 1e-5, relative: 1e-4 };
const flat = (values: number[][]) => values.flat();
const loss = (weights: tf.Tensor, mask: tf.Tensor) =>
  tf.sum(tf.mul(tf.matMul(tf.tensor2d(x), maskedKernel(weights, mask)), tf.tensor2d(dz)));

/** Which of 35 entries are open; alternating, so that every lane of a kernel sees both. */
const isOpen = (i: number) => i % 3 !== 1;
const mixed = tf.tensor2d(
  Array.from({ length: 35 }, (_, i) => (isOpen(i) ? 0.1 : i % 2 ? 0 : -3)),
  [5, 7],
);
describeOp('maskedKernel by its weights', {
  op: (weights) => maskedKernel(weights!, mixed),
  float64: ({ shape, values }) =>
    array64(
      shape,
      values.map((value, i) => (isOpen(i) ? value : 0)),
    ),
  shapes: [[[5, 7]]],
});

describe('maskedKernel: closed form', () => {
  it('has the output and gradients of the worked example', async () => {
    const z = tf.matMul(tf.tensor2d(x), maskedKernel(w, m));
    expect(await z.data()).toBeAllClose([1.6, -0.3, -0.6, 1.4], loose);
    const gradients = tf.grads(loss)([tf.tensor2d(w), tf.tensor2d(m)]);
    expect(await gradients[0]!.data()).toBeAllClose([1.25, 0, 1.5, -4, 0, 7], loose);
    expect(await gradients[1]!.data()).toBeAllClose(flat(byMask), loose);
    const ofInput = tf.grad((x: tf.Tensor) =>
      tf.sum(tf.mul(tf.matMul(x, maskedKernel(w, m)), tf.tensor2d(dz))),
    );
    expect(await ofInput(tf.tensor2d(x)).data()).toBeAllClose([0.2, 0.6, -0.5, 0.1, 0.55, 1], loose);
    const open = await tf.sum(unitStep(m)).data();
    expect(open[0]).toBe(4);
  });

  it.each([
    ['identity', [1, 1, 1, 1, 1]],
    ['leakyRelu', [0.1, 0.1, 0.1, 1, 1]],
    ['softplus', [0.119203, 0.377541, 0.5, 0.622459, 0.880797]],
  ] as const)('has the slopes of %s', async (proxy, slopes) => {
    const masks = tf.tensor1d([-2, -0.5, 0, 0.5, 2]);
    const step = tf.grad((mask) => unitStep(mask, { proxy }))(masks);
    expect(await step.data()).toBeAllClose(slopes, loose);
    const product = tf.grad((mask) => maskedKernel(tf.fill([5], 2), mask, { proxy }))(masks);
    expect(await product.data()).toBeAllClose(
      slopes.map((slope) => 2 * slope),
      loose,
    );
    expect(await unitStep(masks).data()).toEqual(Float32Array.of(0, 0, 0, 1, 1));
  });
});

describe('normalizeMaskGradient: closed form', () => {
  it.each([
    ['rms', [0.39736, 0, 1.668911, -0.196668, -0.238416, 1.720849]],
    ['l2', [0.229416, 0, 0.963546, -0.113547, -0.137649, 0.993533]],
    ['none', flat(byMask)],
  ] as const)('divides each unit by its %s', async (norm, expected) => {
    const g = normalizeMaskGradient(byMask, { norm });
    expect(await g.data()).toBeAllClose(expected, { absolute: 1e-5, relative: 1e-4 });
    const filters = normalizeMaskGradient(tf.reshape(tf.tensor2d(byMask), [3, 1, 1, 2]), { norm });
    expect(await filters.data()).toBeAllClose(expected, { absolute: 1e-5, relative: 1e-4 });
  });

  it('takes another axis, one input, and a unit without any gradient', async () => {
    const byInput = normalizeMaskGradient(tf.transpose(tf.tensor2d(byMask)), { axis: 0 });
    expect(await tf.transpose(byInput).data()).toBeAllClose(await normalizeMaskGradient(byMask).data(), near);
    expect(await normalizeMaskGradient([[0.3, -7, 0]]).data()).toBeAllClose([1, -1, 0], near);
  });
});

describe('maskUpdate: closed form', () => {
  const inputs = { mask: m, weights: w, gradient: G };

  it('closes two connections and opens one again', async () => {
    const next = await maskUpdate(inputs, { lambda: 0.1, maskLearningRate: 0.1 }).data();
    expect(next).toBeAllClose([0.050264, -0.21, -0.126891, 0.309667, 0.013842, -0.162085], {
      absolute: 1e-5,
      relative: 1e-4,
    });
    expect([...next].map((value) => value > 0)).toEqual([true, false, false, true, true, false]);
  });

  it('is the same rule by the slow way: filters, axis, limit', async () => {
    const expected = await maskUpdate(inputs, { maskLearningRate: 0.1 }).data();
    const filters = Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [name, tf.reshape(tf.tensor2d(value), [3, 1, 1, 2])]),
    ) as Record<keyof typeof inputs, tf.Tensor>;
    expect(await maskUpdate(filters, { maskLearningRate: 0.1 }).data()).toBeAllClose(expected, near);
    const turned = Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [name, tf.transpose(tf.tensor2d(value))]),
    ) as Record<keyof typeof inputs, tf.Tensor>;
    const byRows = tf.transpose(maskUpdate(turned, { maskLearningRate: 0.1, axis: 0 }));
    expect(await byRows.data()).toBeAllClose(expected, near);
    const limited = await maskUpdate(inputs, { maskLearningRate: 0.1, limit: 0.15 }).data();
    expect(limited).toBeAllClose(
      expected.map((value) => Math.min(0.15, Math.max(-0.15, value))),
      near,
    );
  });

  it('does not depend on the size of the loss', async () => {
    const gradient = tf.mul(tf.tensor2d(G), 1024);
    const scaled = await maskUpdate({ ...inputs, gradient }).data();
    expect(scaled).toBeAllClose(await maskUpdate(inputs).data(), { absolute: 1e-7, relative: 1e-6 });
  });

  it('takes the same way under a loss a thousand times as large', async () => {
    const draw = (seed: number) => tf.randomNormal([6, 5], 0, 1, 'float32', seed);
    const weights = draw(1);
    let [plain, large]: tf.Tensor[] = [tf.fill([6, 5], 0.05), tf.fill([6, 5], 0.05)];
    for (let step = 0; step < 30; step++) {
      const gradient = draw(10 + step);
      plain = maskUpdate({ mask: plain!, weights, gradient });
      large = maskUpdate({ mask: large!, weights, gradient: tf.mul(gradient, 1000) });
      expect(await tf.greater(large, 0).data()).toEqual(await tf.greater(plain, 0).data());
    }
    expect(await large!.data()).toBeAllClose(await plain!.data(), { absolute: 1e-6, relative: 1e-5 });
  });

  it('does not depend on the order of the units', async () => {
    const reversed = Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [name, value.map((row) => row.toReversed())]),
    ) as typeof inputs;
    const [plain, turned] = [maskUpdate(inputs), tf.reverse(maskUpdate(reversed), 1)];
    expect(await turned.data()).toBeAllClose(await plain.data(), near);
  });

  it('keeps the largest of each unit open if told to', async () => {
    const next = await maskUpdate(
      { ...inputs, gradient: tf.zeros([3, 2]) },
      { lambda: 100, keepAtLeast: 1 },
    ).data();
    expect([...next].map((value) => value > 0)).toEqual([true, false, false, true, false, false]);
  });

  it('goes on for odd widths', async () => {
    const draw = (seed: number) => tf.randomNormal([5, 7], 0, 1, 'float32', seed);
    const [mask, weights, gradient] = [draw(1), draw(2), draw(3)];
    const product = tf.mul(weights, gradient);
    const size = tf.sqrt(tf.mean(tf.square(product), 0, true));
    const expected = tf.sub(mask, tf.mul(0.01, tf.add(tf.div(product, size), 0.1)));
    expect(await maskUpdate({ mask, weights, gradient }).data()).toBeAllClose(await expected.data(), loose);
  });
});

describe('maskUpdate: the dynamics of one gate under L = (w·s − t)²/2', () => {
  it.each([
    [1, 0.9],
    [0.6, 0.5],
    [0.45, 0.35],
    [0.1, 0],
  ])('target %f: open %f of the time', async (t, expected) => {
    let mask: tf.Tensor = tf.tensor2d([[0.05]]);
    let open = 0;
    for (let step = 0; step < 200; step++) {
      const s = (await mask.data())[0]! > 0 ? 1 : 0;
      if (step >= 100) open += s;
      const next = maskUpdate(
        { mask, weights: [[1]], gradient: [[s - t]] },
        { norm: 'none', maskLearningRate: 0.05 },
      );
      mask.dispose();
      mask = next;
    }
    expect(Math.abs(open / 100 - expected)).toBeLessThanOrEqual(0.021);
    mask.dispose();
  });

  it('a negative slope leaves every gate open, also where closed is better', async () => {
    for (const t of [1, 0.6, 0.45, 0.1]) {
      let mask: tf.Tensor = tf.tensor2d([[0.05]]);
      for (let step = 0; step < 20; step++) {
        const s = (await mask.data())[0]! > 0 ? 1 : 0;
        expect(s).toBe(1);
        const gate = { mask, weights: [[1]], gradient: [[s - t]] };
        // Twice the mask less the right step: the step taken backwards.
        mask = tf.tidy(() =>
          tf.sub(tf.mul(2, mask), maskUpdate(gate, { norm: 'none', maskLearningRate: 0.05 })),
        );
      }
    }
  });
});

describe('learned masks: errors', () => {
  it('names what it got and what it wants', () => {
    expect(() => maskedKernel(w, [[1]])).toThrow(
      "maskedKernel: mask must be a tensor of the weights' shape [3, 2], got a float32 tensor of shape [1, 1].",
    );
    expect(() => maskUpdate({ mask: m, weights: w, gradient: [1] })).toThrow('inputs.gradient must be');
    expect(() => unitStep(m, { proxy: 'relu' as never })).toThrow("'identity', 'leakyRelu', 'softplus'");
    expect(() => normalizeMaskGradient(m, { norm: 'l1' as never })).toThrow("'rms', 'l2' or 'none'");
    expect(() => normalizeMaskGradient(m, { axis: 2 })).toThrow('an axis of a tensor of rank 2');
    const inputs = { mask: m, weights: w, gradient: G };
    expect(() => maskUpdate(inputs, { lambda: -1 })).toThrow('options.lambda must be a number ≥ 0, got -1');
    expect(() => maskUpdate(inputs, { maskLearningRate: 0 })).toThrow('options.maskLearningRate');
    expect(() => maskUpdate(inputs, { keepAtLeast: 0.5 })).toThrow('options.keepAtLeast');
    expect(() => maskUpdate(inputs, { limit: 0 })).toThrow('options.limit');
  });
});
