import { decoupledWeightDecay, Random } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { skipElsewhere } from './testing/skip-elsewhere.ts';

/** One weight after `steps` of an optimiser on the gradients g, in float64. */
type Rule = (weight: number, gradients: readonly number[]) => number;

const adam: Rule = (weight, gradients) => {
  let [m, v] = [0, 0];
  for (const [i, g] of gradients.entries()) {
    m = 0.9 * m + 0.1 * g;
    v = 0.99 * v + 0.01 * g * g;
    weight -= (0.05 * (m / (1 - 0.9 ** (i + 1)))) / (Math.sqrt(v / (1 - 0.99 ** (i + 1))) + 1e-3);
  }
  return weight;
};

const withMomentum =
  (momentum: number, nesterov: boolean): Rule =>
  (weight, gradients) => {
    let a = 0;
    for (const g of gradients) {
      a = momentum * a + g;
      weight -= 0.05 * (nesterov ? g + momentum * a : a);
    }
    return weight;
  };

const optimizers: [name: string, make: () => tf.Optimizer, rule: Rule][] = [
  ['Adam', () => tf.train.adam(0.05, 0.9, 0.99, 1e-3), adam],
  ['SGD', () => tf.train.sgd(0.05), withMomentum(0, false)],
  ['momentum', () => tf.train.momentum(0.05, 0.8), withMomentum(0.8, false)],
  ['Nesterov momentum', () => tf.train.momentum(0.05, 0.8, true), withMomentum(0.8, true)],
];

const SHAPES = [[1], [7], [3, 5], [64], [0, 2]];
const STEPS = 5;

skipElsewhere();

describe.each(optimizers)('%s', (_name, make, rule) => {
  const random = new Random(4);
  const draw = (shape: number[]) =>
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal());
  const initial = SHAPES.map(draw);
  const gradients = Array.from({ length: STEPS }, () => SHAPES.map(draw));

  const variables = () => SHAPES.map((shape, i) => tf.tidy(() => tf.variable(tf.tensor(initial[i]!, shape))));
  function step(optimizer: tf.Optimizer, all: tf.Variable[], values: Float32Array[]) {
    tf.tidy(() =>
      optimizer.applyGradients(
        all.map(({ name, shape }, i) => ({ name, tensor: tf.tensor(values[i]!, shape) })),
      ),
    );
  }
  const expected = (i: number) =>
    initial[i]!.map((weight, at) =>
      rule(
        weight,
        gradients.map((one) => one[i]![at]!),
      ),
    );

  it('closed form: the weights after some steps', async () => {
    const [optimizer, all] = [make(), variables()];
    for (const values of gradients) step(optimizer, all, values);
    for (const [i, variable] of all.entries()) {
      expect(await variable.data()).toBeAllClose(expected(i), { absolute: 1e-5, relative: 1e-5 });
    }
    expect(optimizer.iterations).toBe(STEPS);
    optimizer.dispose();
    tf.dispose(all);
  });

  it('takes gradients by name, and leaves a variable without one', async () => {
    const [optimizer, all] = [make(), variables()];
    const [left, moved] = [all[0]!, all[1]!];
    for (const values of gradients) {
      tf.tidy(() =>
        optimizer.applyGradients({
          [left.name]: null as unknown as tf.Tensor,
          [moved.name]: tf.tensor(values[1]!, moved.shape),
        }),
      );
    }
    expect(await moved.data()).toBeAllClose(expected(1), { absolute: 1e-5, relative: 1e-5 });
    expect(await left.data()).toEqual(initial[0]);
    optimizer.dispose();
    tf.dispose(all);
  });

  it('edges: NaN stays with its weight', async () => {
    const [optimizer, all] = [make(), variables()];
    for (const values of gradients) {
      const bad = values.map((one) => one.slice());
      bad[1]![2] = Number.NaN;
      step(optimizer, all, bad);
    }
    const numbers = expected(1);
    numbers[2] = Number.NaN;
    const found = await all[1]!.data();
    expect([...found].map(Number.isNaN)).toEqual([...numbers].map(Number.isNaN));
    optimizer.dispose();
    tf.dispose(all);
  });

  it('serialises: goes on from saved slots as if never stopped', async () => {
    const [optimizer, all] = [make(), variables()];
    for (const values of gradients.slice(0, 3)) step(optimizer, all, values);
    const saved = (await optimizer.getWeights()).map(({ name, tensor }) => ({
      name,
      tensor: tf.clone(tensor),
    }));
    const resumed = make();
    if (saved.length > 1) await resumed.setWeights(saved);
    const before = await Promise.all(saved.map(({ tensor }) => tensor.data()));
    for (const values of gradients.slice(3)) step(resumed, all, values);
    // Whoever holds the saved slots still holds the same numbers.
    expect(await Promise.all(saved.map(({ tensor }) => tensor.data()))).toEqual(before);
    expect(await all[3]!.data()).toBeAllClose(expected(3), { absolute: 1e-5, relative: 1e-5 });
    optimizer.dispose();
    resumed.dispose();
    tf.dispose([all, saved.map(({ tensor }) => tensor)]);
  });

  it('decays weights in the same pass, bit for bit as before the step', async () => {
    const [ours, theirs] = [variables(), variables()];
    const plain = make();
    const options = { rate: 0.3, scaledBy: 'step', decays: ({ rank }: tf.Variable) => rank === 1 } as const;
    const optimizer = decoupledWeightDecay(make(), options);
    const clone = tf.clone(ours[1]!);
    for (const values of gradients) {
      step(optimizer, ours, values);
      for (const one of theirs) if (one.rank === 1) tf.tidy(() => one.assign(tf.mul(one, 0.7)));
      step(plain, theirs, values);
    }
    for (const [i, one] of ours.entries()) expect(await one.data()).toEqual(await theirs[i]!.data());
    expect(await clone.data()).toEqual(initial[1]);
    expect(optimizer.iterations).toBe(STEPS);
    tf.dispose([ours, theirs, clone]);
    optimizer.dispose();
    plain.dispose();
  });

  it('memory: nothing is left behind, and clones of weights keep their numbers', async () => {
    const [optimizer, all] = [make(), variables()];
    step(optimizer, all, gradients[0]!);
    const clone = tf.clone(all[3]!);
    const held = await clone.data();
    step(optimizer, all, gradients[1]!);
    const { numTensors, numBytes } = tf.memory();
    for (const values of gradients) step(optimizer, all, values);
    expect(tf.memory()).toMatchObject({ numTensors, numBytes });
    expect(await clone.data()).toEqual(held);
    optimizer.dispose();
    tf.dispose([all, clone]);
  });
});

it('convolutions see the filters of each step, which stock kernels pack once for each data id', async () => {
  const x = tf.ones<tf.Rank.R4>([1, 4, 4, 2]);
  const convolutions = [
    (filter: tf.Tensor4D) => tf.conv2d(x, filter, 1, 'same'),
    (filter: tf.Tensor4D) => tf.depthwiseConv2d(x, filter, 1, 'same'),
  ];
  for (const convolve of convolutions) {
    const filter = tf.variable(tf.fill<tf.Rank.R4>([3, 3, 2, 2], 0.1));
    const optimizer = tf.train.sgd(1e-3);
    for (let step = 0; step < 3; step++) {
      const before = tf.tidy(() => convolve(filter));
      optimizer.minimize(() => tf.sum(tf.square(convolve(filter))), false, [filter]);
      const after = tf.tidy(() => convolve(filter));
      const values = await filter.data();
      const fresh = tf.tidy(() => convolve(tf.tensor(values, filter.shape)));
      expect(await after.data()).toEqual(await fresh.data());
      expect(await after.data()).not.toEqual(await before.data());
      tf.dispose([before, after, fresh]);
    }
    filter.dispose();
    optimizer.dispose();
  }
  x.dispose();
});
