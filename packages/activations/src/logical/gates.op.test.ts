import { backendTolerance, describeOp } from '@arborize/core/testing';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { andAil, orAil, parityAil, xnorAil } from './ail.ts';
import { andIl, orIl, xnorIl } from './il.ts';
import { logicalActivation } from './logical-activation.ts';
import { maxout, minout } from './maxout.ts';
import { groups64, spread } from './testing.ts';

const softplus = (z: number) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
const sum = (zs: number[]) => zs.reduce((a, b) => a + b, 0);
const or64 = (zs: number[]) => sum(zs.map((z) => Math.max(z, 0))) || Math.max(...zs);
const and64 = (zs: number[]) => -or64(zs.map((z) => -z));
const xnor64 = (zs: number[]) =>
  zs.reduce((sign, z) => -sign * Math.sign(z), 1) * Math.min(...zs.map(Math.abs));
const exactOr64 = (zs: number[]) => Math.log(Math.expm1(sum(zs.map(softplus))));
const exactAnd64 = (zs: number[]) => -exactOr64(zs.map((z) => -z));
const exactXnor64 = (zs: number[]) => 2 * Math.atanh(zs.reduce((t, z) => -t * Math.tanh(z / 2), 1));

/** Ranks 1 to 6, no channels, no rows, whole vectors of four groups and tails. */
const pairs: readonly (readonly number[])[][] = [
  [[5, 6]],
  [[2]],
  [[0]],
  [[3, 0, 4]],
  [[8]],
  [[3, 22]],
  [[2, 3, 10]],
  [[2, 1, 3, 4]],
  [[2, 1, 2, 2, 2]],
  [[2, 1, 2, 1, 2, 4]],
];

const approximate = [
  ['orAil', orAil, or64],
  ['andAil', andAil, and64],
  ['xnorAil', xnorAil, xnor64],
  ['maxout', maxout, (zs: number[]) => Math.max(...zs)],
  ['minout', minout, (zs: number[]) => Math.min(...zs)],
] as const;

for (const [name, op, f] of approximate) {
  describeOp(name, { op: (x) => op(x!), float64: groups64([f]), shapes: pairs, sample: spread() });
  describeOp(`${name} of 3 on axis 1`, {
    op: (x) => op(x!, { k: 3, axis: 1 }),
    float64: groups64([f], { k: 3, axis: 1 }),
    shapes: [[[2, 6, 5]], [[3, 9]], [[1, 3, 2, 2]], [[2, 0, 3]]],
    sample: spread(),
  });
  describeOp(`${name} of 5`, {
    op: (x) => op(x!, { k: 5 }),
    float64: groups64([f], { k: 5 }),
    shapes: [[[2, 35]], [[10]]],
    sample: spread(),
  });
}

const exact = [
  ['orIl', orIl, exactOr64],
  ['andIl', andIl, exactAnd64],
  ['xnorIl', xnorIl, exactXnor64],
] as const;

for (const [name, op, f] of exact) {
  describeOp(name, { op: (x) => op(x!), float64: groups64([f]), shapes: [[[3, 10]], [[0]], [[2, 4, 3, 2]]] });
  describeOp(`${name} of 4 on axis 1`, {
    op: (x) => op(x!, { k: 4, axis: 1 }),
    float64: groups64([f], { k: 4, axis: 1 }),
    shapes: [[[2, 8, 3]]],
  });
}

const scaled = (f: (zs: number[]) => number, mean: number, deviation: number) => (zs: number[]) =>
  (f(zs) - mean) / deviation;
const normalizedGates = [
  scaled(and64, -0.6810370721753108, 0.9722877400310959),
  scaled(or64, 0.6810370721753108, 0.9722877400310959),
  scaled(xnor64, 0, 0.6028102749890869),
];

describeOp('logicalActivation, three gates duplicated', {
  op: (x) => logicalActivation(x!, { ops: ['and', 'or', 'xnor'] }),
  float64: groups64(normalizedGates),
  shapes: [[[3, 14]], [[4]], [[0, 4]], [[2, 3, 8]]],
  sample: spread(),
});
describeOp('logicalActivation, three gates in a partition on axis 1', {
  op: (x) => logicalActivation(x!, { ops: ['and', 'or', 'xnor'], strategy: 'partition', axis: 1 }),
  float64: groups64(normalizedGates, { axis: 1, partition: true }),
  shapes: [[[2, 12, 5]], [[3, 24]]],
  sample: spread(),
});
describeOp('logicalActivation, exact at temperature 0.5', {
  op: (x) => logicalActivation(x!, { ops: ['or', 'xnor'], exact: true, normalized: false, temperature: 0.5 }),
  float64: groups64([exactOr64, exactXnor64].map((f) => (zs) => 0.5 * f(zs.map((z) => z / 0.5)))),
  shapes: [[[2, 6]]],
  sample: (random) => random.normal(0, 1),
});

/** Values of a function of pairs or larger groups, and its gradient for dy = 1. */
async function valuesAndSlopes(op: (x: Tensor) => Tensor, xs: readonly number[]) {
  const x = tf.tensor1d([...xs]);
  const [y, dx] = [op(x), tf.grad(op)(x)];
  const [values, slopes] = await Promise.all([y.data<'float32'>(), dx.data<'float32'>()]);
  tf.dispose([x, y, dx]);
  return { values, slopes };
}

const close = () => ({ absolute: Math.max(1e-6, backendTolerance().absolute), relative: 2e-6 });

describe('logical gates: closed form', () => {
  it.each([
    [1.5, -0.5, [-0.5, 1.5, -0.5], [-0.806356, 2.054957, -0.313666], [0.186197, 0.842305, -0.829448]],
    [1.5, 0.5, [0.5, 2, 0.5], [0.035631, 2.604131, 0.313666], [1.214699, 1.356556, 0.829448]],
    [-1.5, -0.5, [-2, -0.5, 0.5], [-2.604131, -0.035631, 0.313666], [-1.356556, -1.214699, 0.829448]],
    [2, -3, [-3, 2, -2], [-3.132845, 2.054985, -1.693454], [-2.385058, 1.356556, -3.317793]],
    [0, 0, [0, 0, 0], [-1.098612, 1.098612, 0], [0.700448, -0.700448, 0]],
    [0, 2, [0, 2, 0], [-0.239545, 2.758624, 0], [0.700448, 1.356556, 0]],
    [-1, 1, [-1, 1, -1], [-1.407606, 1.407606, -0.433781], [-0.328054, 0.328054, -1.658897]],
    [20, 30, [20, 50, 20], [19.999955, 50, 19.999955], [21.27049, 50.724658, 33.177935]],
  ])('of (%d, %d): AIL, IL and NAIL', async (x, y, ail, il, nail) => {
    const all = { ops: ['and', 'or', 'xnor'] } as const;
    const valuesOf = async (options: object) =>
      (await valuesAndSlopes((z) => logicalActivation(z, { ...all, ...options }), [x, y])).values;
    expect(await valuesOf({ normalized: false })).toBeAllClose(ail, close());
    expect(await valuesOf({ normalized: false, exact: true })).toBeAllClose(il, close());
    expect(await valuesOf({})).toBeAllClose(nail, close());
  });

  it.each([
    [
      [0.7, -1.2, 2],
      [2.7, -1.2, 0.7],
      [3.462527, -1.846946, 0.276921],
    ],
    [
      [0.7, 1.2, 2],
      [3.9, 0.7, -0.7],
      [4.684199, -0.191358, -0.276921],
    ],
    [
      [-0.7, -1.2, -2],
      [-0.7, -3.9, 0.7],
      [0.191358, -4.684199, 0.276921],
    ],
    [
      [1, -2, 3, -0.5],
      [4, -2.5, 0.5],
      [4.955837, -3.431012, 0.156362],
    ],
  ])('of a group of %j: OR, AND and parity', async (z, ail, il) => {
    const options = { ops: ['or', 'and', 'xnor'], normalized: false, k: z.length } as const;
    const approximate = await valuesAndSlopes((x) => logicalActivation(x, options), z);
    const exact = await valuesAndSlopes((x) => logicalActivation(x, { ...options, exact: true }), z);
    expect(approximate.values).toBeAllClose(ail, close());
    expect(exact.values).toBeAllClose(il, close());
  });

  it.each([
    [[1.5, -0.5], orIl, [0.922304, 0.425903]],
    [[1.5, -0.5], andIl, [0.263875, 0.900376]],
    [[1.5, -0.5], xnorIl, [-0.149738, 0.611856]],
    [[0, 0], orIl, [0.666667, 0.666667]],
    [[0, 0], andIl, [0.666667, 0.666667]],
    [[0, 0], xnorIl, [0, 0]],
    [[0.7, -1.2, 2], orIl, [0.689136, 0.238732, 0.90841]],
    [[0.7, -1.2, 2], andIl, [0.384145, 0.889735, 0.138003]],
    [[0.7, -1.2, 2], xnorIl, [0.369733, -0.18581, 0.077332]],
    [[1.5, -0.5], orAil, [1, 0]],
    [[1.5, -0.5], andAil, [0, 1]],
    [[1.5, -0.5], xnorAil, [0, 1]],
    [[1.5, 0.5], orAil, [1, 1]],
    [[1.5, 0.5], andAil, [0, 1]],
    [[1.5, 0.5], xnorAil, [0, 1]],
    [[-1.5, -0.5], orAil, [0, 1]],
    [[-1.5, -0.5], andAil, [1, 1]],
    [[-1.5, -0.5], xnorAil, [0, -1]],
  ])('gradient at %j of %o', async (z, op, slopes) => {
    const actual = await valuesAndSlopes((x) => op(x, { k: z.length }), z);
    expect(actual.slopes).toBeAllClose(slopes, close());
  });

  it.each([
    [['and'], 'duplicate', [-0.5, -3, 0.3, -4]],
    [['or'], 'duplicate', [1.5, -1, 1.1, 4]],
    [['xnor'], 'duplicate', [-0.5, 1, 0.3, -4]],
    [['and', 'or', 'xnor'], 'duplicate', [-0.5, -3, 0.3, -4, 1.5, -1, 1.1, 4, -0.5, 1, 0.3, -4]],
    [['and', 'or'], 'partition', [-0.5, -3, 1.1, 4]],
    [['or', 'xnor'], 'partition', [1.5, -1, 0.3, -4]],
  ] as const)('layer vector of %j by %s', async (ops, strategy, expected) => {
    const z = [1.5, -0.5, -1, -2, 0.3, 0.8, -4, 4];
    const op = (x: Tensor) => logicalActivation(x, { ops, strategy, normalized: false });
    expect((await valuesAndSlopes(op, z)).values).toBeAllClose(expected, close());
  });
});

describe('logical gates: edges', () => {
  const equal = { absolute: 0, relative: 0 };

  it.each([
    ['orAil', orAil, [-1, -1, -2], [1, 0, 0]],
    ['orAil at zero', orAil, [0, 0, 0], [1, 0, 0]],
    ['andAil', andAil, [2, 1, 1], [0, 1, 0]],
    ['maxout', maxout, [1, 1, 0], [1, 0, 0]],
    ['minout', minout, [1, 0, 0], [0, 1, 0]],
    ['parityAil', parityAil, [1, -1, 2], [1, 0, 0]],
    ['parityAil with one zero', parityAil, [3, 0, -2], [0, 1, 0]],
    ['parityAil with two zeros', parityAil, [0, 3, 0], [0, 0, 0]],
  ] as const)('%s gives ties to the first: gradient of %j', async (_, op, z, slopes) => {
    expect((await valuesAndSlopes((x) => op(x, { k: 3 }), z)).slopes).toBeAllClose(slopes, equal);
    // The last of several fours of groups takes the same path as a lone group.
    const five = [z, z, z, z, z].flat();
    const actual = await valuesAndSlopes((x) => op(x, { k: 3 }), five);
    expect(actual.slopes).toBeAllClose([slopes, slopes, slopes, slopes, slopes].flat(), equal);
  });

  it.each([
    ['orAil', orAil, [-1, -1, 0, 0], [1, 0, 1, 0]],
    ['andAil', andAil, [1, 1, 0, 0], [1, 0, 1, 0]],
    ['xnorAil', xnorAil, [0, 2, 2, -2], [1, 0, -1, 0]],
    ['maxout', maxout, [1, 1, -3, -3], [1, 0, 1, 0]],
  ] as const)('%s of pairs gives ties to the first', async (_, op, z, slopes) => {
    const twice = await valuesAndSlopes((x) => op(x), [...z, ...z]);
    expect(twice.slopes).toBeAllClose([...slopes, ...slopes], equal);
  });

  it('does not lose a product of many small values', async () => {
    const { values } = await valuesAndSlopes((x) => xnorAil(x, { k: 32 }), Array(32).fill(0.05));
    expect(values).toBeAllClose([0.05]);
  });

  it('keeps NaN and infinities', async () => {
    const z = [Number.NaN, 1, Infinity, -Infinity, -Infinity, -1, 2, Number.NaN];
    for (const op of [orAil, andAil, xnorAil]) {
      const { values } = await valuesAndSlopes((x) => op(x), z);
      expect(values[0]).toBeNaN();
      expect(values[3]).toBeNaN();
      expect(values[1]).toBe(op === orAil ? Infinity : -Infinity);
    }
  });

  it('is finite and saturates nowhere on ±1e4 when exact', async () => {
    const z = [1e4, 1e4, 1e4, -1e4, -1e4, -1e4, 100, 100];
    for (const [op, expected] of [
      [orIl, [2e4, 1e4, -1e4, 200]],
      [andIl, [1e4, -1e4, -2e4, 100]],
      [xnorIl, [1e4 - Math.log(2), -1e4 + Math.log(2), 1e4 - Math.log(2), 99.306853]],
    ] as const) {
      const { values, slopes } = await valuesAndSlopes((x) => op(x), z);
      expect(values).toBeAllClose(expected, { absolute: 0.7, relative: 1e-6 });
      expect(slopes.every(Number.isFinite)).toBe(true);
    }
  });
});

describe('logical gates: errors', () => {
  it('name what they got and what they want', () => {
    expect(() =>
      logicalActivation([1, 2, 3, 4, 5, 6, 7, 8], { ops: ['and', 'or', 'xnor'], strategy: 'partition' }),
    ).toThrow(
      'logicalActivation: the number of channels must be a multiple of 6 along axis 0 of [8], got 8.',
    );
    expect(() => orAil([1, 2], { k: 1 })).toThrow('orAil: options.k must be an integer ≥ 2, got 1.');
    expect(() => maxout([1, 2], { k: 2.5 })).toThrow('maxout: options.k must be an integer ≥ 2, got 2.5.');
    expect(() => xnorIl([1, 2], { axis: 1 })).toThrow(
      'xnorIl: options.axis must be an axis of the shape [2], got 1.',
    );
    expect(() => logicalActivation([1, 2], { ops: [] })).toThrow('options.ops must be a list of');
    expect(() => logicalActivation([1, 2], { strategy: 'both' as never })).toThrow("got 'both'");
    expect(() => logicalActivation([1, 2], { temperature: 0.5 })).toThrow('no temperature');
    expect(() => logicalActivation([1, 2], { exact: true, temperature: 0.5 })).toThrow('normalized: false');
  });
});
