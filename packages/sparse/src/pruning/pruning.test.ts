import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { applyMasks } from './apply-masks.ts';
import { gradualPruning } from './gradual-pruning.ts';
import { type MagnitudeMasksOptions, magnitudeMasks } from './magnitude-masks.ts';
import { unpackMask } from './mask.ts';
import { MaskSet } from './mask-set.ts';
import { maskedOptimizer } from './masked-optimizer.ts';
import { prunableWeights } from './prunable-weights.ts';
import { randomMasks } from './random-masks.ts';
import { constantSparsity, polynomialSparsity } from './sparsity-schedule.ts';

const kept = (masks: MaskSet) =>
  Object.fromEntries(masks.names.map((name) => [name, [...unpackMask(masks.get(name)!)]]));

async function masksOf(weights: Record<string, tf.TensorLike>, options: MagnitudeMasksOptions) {
  const tensors = Object.entries(weights).map(([name, w]) => [name, tf.tensor(w)] as const);
  return kept(await magnitudeMasks(Object.fromEntries(tensors), options));
}

const W = [0.9, -0.1, 0.3, -0.05, 0.7, 0.2, -0.4, 0.15, 0.6, -0.25];
const A = [0.9, -0.8, 0.7, 0.6, -0.5];
const B = [0.1, -0.2, 0.3, 0.4, 0.05];

describe('magnitudeMasks: closed form', () => {
  it('removes exactly the rounded share', async () => {
    expect((await masksOf({ W }, { fraction: 0.2 })).W).toEqual([1, 0, 1, 0, 1, 1, 1, 1, 1, 1]);
    expect((await masksOf({ W }, { fraction: 0.25 })).W).toEqual([1, 0, 1, 0, 1, 1, 1, 0, 1, 1]);
  });

  it('prunes all together or each alone', async () => {
    expect(await masksOf({ A, B }, { fraction: 0.4 })).toEqual({ A: [1, 1, 1, 1, 1], B: [0, 0, 0, 1, 0] });
    expect(await masksOf({ A, B }, { fraction: 0.4, scope: 'layer' })).toEqual({
      A: [1, 1, 1, 0, 0],
      B: [0, 1, 1, 1, 0],
    });
    expect(await masksOf({ A, B }, { fraction: { A: 0.2, B: 0.6 }, scope: 'layer' })).toEqual({
      A: [1, 1, 1, 1, 0],
      B: [0, 0, 1, 1, 0],
    });
    expect(await masksOf({ W }, { fraction: 0.3 })).toEqual(
      await masksOf({ W }, { fraction: 0.3, scope: 'layer' }),
    );
  });

  it('breaks ties by index, and by tensor', async () => {
    expect((await masksOf({ W: [0.5, 0.5, -0.5, 0.5] }, { fraction: 0.5 })).W).toEqual([0, 0, 1, 1]);
    expect(await masksOf({ a: [1, 1], b: [1, 1] }, { fraction: 0.25 })).toEqual({ a: [0, 1], b: [1, 1] });
  });

  it('leaves one weight to each tensor, and others give what it does not', async () => {
    expect(await masksOf({ A, B: [0.1, 0.1] }, { fraction: 0.5 })).toEqual({ A: [1, 1, 0, 0, 0], B: [0, 1] });
    expect((await masksOf({ W: [2, 2, 2] }, { fraction: 0.99 })).W).toEqual([0, 0, 1]);
    expect(await masksOf({ A, B }, { fraction: 0.5, minLayerDensity: 0.4 })).toEqual({
      A: [1, 1, 1, 0, 0],
      B: [0, 0, 1, 1, 0],
    });
  });

  it.each([
    [0.2, [212_960, 170_368, 136_294, 109_035, 87_228, 69_782], 20, 3069],
    [0.125, [], 26, 8267],
    [0.125, [], 34, 2841],
  ])('leaves the exact number at every level, %s a level', async (fraction, first, levels, last) => {
    const w = tf.tensor1d(Float32Array.from({ length: 266_200 }, (_, i) => Math.sin(i)));
    let within: MaskSet | undefined;
    const counts: number[] = [];
    for (let level = 0; level < levels; level++) {
      const next = await magnitudeMasks({ w }, { fraction, within });
      if (within) expect(next.intersect(within).kept).toBe(next.kept);
      within = next;
      counts.push(next.kept);
    }
    expect(counts.slice(0, first.length)).toEqual(first);
    expect(counts.at(-1)).toBe(last);
  });

  it('keeps a share of all', async () => {
    const within = await magnitudeMasks({ W: tf.tensor1d(W) }, { fraction: 0.5 });
    expect((await masksOf({ W }, { density: 0.3, within })).W).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1, 0]);
    expect((await masksOf({ W }, { density: 1, within })).W).toEqual(unpacked(within));
  });
});

const unpacked = (masks: MaskSet) => kept(masks).W;

describe('magnitudeMasks: structures', () => {
  it('closed form: 2:4', async () => {
    const w = [0.1, -0.9, 0.5, 0.2, 3, 1, -2, 0].map((x) => [x]);
    expect((await masksOf({ w }, { structure: { n: 2, m: 4 } })).w).toEqual([0, 1, 1, 0, 1, 0, 1, 0]);
  });

  it('2:4 goes along the inputs, and leaves a short rest', async () => {
    const w = [
      [1, 9],
      [2, 8],
      [3, 7],
      [4, 6],
      [5, 5],
    ];
    expect((await masksOf({ w }, { structure: { n: 1, m: 3 } })).w).toEqual([0, 1, 0, 0, 1, 0, 0, 1, 1, 0]);
  });

  it('blocks, by mean or by largest, with narrow ones at the edge', async () => {
    const w = [
      [9, 0, 2],
      [0, 0, 2],
      [3, 3, 0],
      [3, 3, 0],
    ];
    expect((await masksOf({ w }, { fraction: 0.5, structure: { block: [2, 2] } })).w).toEqual([
      1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0,
    ]);
    const byLargest = { block: [2, 2], pooling: 'max' } as const;
    expect((await masksOf({ w }, { fraction: 0.75, structure: byLargest })).w).toEqual([
      1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0,
    ]);
  });

  it('filters', async () => {
    const w = [
      [
        [
          [1, -5, 2],
          [0, 1, 3],
        ],
      ],
    ];
    expect((await masksOf({ w }, { fraction: 0.34, structure: 'filter' })).w).toEqual([0, 1, 1, 0, 1, 1]);
  });

  it('counts what is left of a structure', async () => {
    const w = tf.tensor2d([[1, 2, 3, 4]]);
    const within = await magnitudeMasks({ w }, { fraction: 0.5, structure: 'filter' });
    expect(kept(await magnitudeMasks({ w }, { fraction: 0.5, structure: 'filter', within })).w).toEqual([
      0, 0, 0, 1,
    ]);
  });
});

describe('magnitudeMasks: errors', () => {
  const w = tf.tensor2d([[1, 2]]);
  it.each([
    [{}, 'options must be given either fraction or density'],
    [{ fraction: 0.1, density: 0.5 }, 'given either fraction or density'],
    [{ fraction: 1 }, 'options.fraction must be in [0, 1), got 1'],
    [{ fraction: -0.1 }, 'options.fraction must be in [0, 1)'],
    [{ fraction: { v: 0.1 }, scope: 'layer' as const }, 'options.fraction must be in [0, 1), got undefined'],
    [{ fraction: { w: 0.1 } }, "a number unless options.scope is 'layer'"],
    [{ density: 0 }, 'options.density must be in (0, 1], got 0'],
    [{ density: 1.1 }, 'options.density must be in (0, 1], got 1.1'],
    [{ fraction: 0.1, scope: 'all' as never }, 'options.scope'],
    [{ fraction: 0.1, minLayerDensity: 1 }, 'options.minLayerDensity'],
    [{ fraction: 0.1, structure: 'rows' as never }, 'options.structure must be'],
    [{ fraction: 0.1, structure: { block: [0, 1] as const } }, 'options.structure must be'],
    [{ structure: { n: 4, m: 4 } }, 'options.structure must be'],
    [{ fraction: 0.1, structure: { n: 2, m: 4 } }, 'without fraction and density'],
  ])('refuses %o', async (options, message) => {
    await expect(magnitudeMasks({ w }, options)).rejects.toThrow(message);
  });

  it('refuses masks of other shapes, weights that are not finite, and blocks of kernels that are no matrices', async () => {
    const within = await MaskSet.from({ w: [1, 1] });
    await expect(magnitudeMasks({ w }, { fraction: 0.1, within })).rejects.toThrow(
      'magnitudeMasks: options.within must be of shape [1, 2] for w, got [2].',
    );
    await expect(magnitudeMasks({ v: w }, { fraction: 0.1, within })).rejects.toThrow("got 'no mask'");
    await expect(magnitudeMasks({ w: tf.tensor1d([1, Number.NaN]) }, { fraction: 0.1 })).rejects.toThrow(
      "weights['w'][1] must be finite",
    );
    const structure = { block: [2, 2] } as const;
    await expect(magnitudeMasks({ w: tf.ones([4]) }, { fraction: 0.1, structure })).rejects.toThrow(
      'matrices',
    );
    await expect(magnitudeMasks({}, { fraction: 0.1 })).rejects.toThrow('at least one tensor');
  });
});

describe('MaskSet', () => {
  const make = () =>
    MaskSet.from({
      a: [
        [1, 0, 0.5],
        [0, 0, -1],
      ],
      b: tf.tensor1d([0, 1, 1, 1, 1, 1, 1, 1, 1, 1]),
    });

  it('counts', async () => {
    const masks = await make();
    expect([masks.size, masks.kept, masks.density]).toEqual([16, 12, 0.75]);
    expect(masks.report()[0]).toEqual({ name: 'a', shape: [2, 3], size: 6, kept: 3, density: 0.5 });
    expect([...(await masks.tensor('a').data())]).toEqual([1, 0, 1, 0, 0, 1]);
  });

  it('unites, intersects, and measures the overlap', async () => {
    const [a, b] = [await MaskSet.from({ w: [1, 1, 0, 0] }), await MaskSet.from({ w: [0, 1, 1, 0] })];
    expect(unpackMask(a.union(b).get('w')!)).toEqual(Uint8Array.of(1, 1, 1, 0));
    expect(unpackMask(a.intersect(b).get('w')!)).toEqual(Uint8Array.of(0, 1, 0, 0));
    expect(a.overlap(b)).toBeCloseTo(1 / 3);
    expect(a.overlap(a)).toBe(1);
  });

  it('serialises at one bit a weight', async () => {
    const masks = await make();
    const copy = MaskSet.fromJSON(JSON.parse(JSON.stringify(masks)));
    expect(kept(copy)).toEqual(kept(masks));
    expect(masks.get('b')!.bits.length).toBe(2);
  });

  it('errors: refuses what was truncated, what is something else, and other shapes', async () => {
    const masks = await make();
    const [a, b] = masks.toJSON();
    expect(() => MaskSet.fromJSON([{ ...a!, bits: '' }, b!])).toThrow(
      'MaskSet.fromJSON: json[0].bits must be base 64 of 1 bytes',
    );
    expect(() => MaskSet.fromJSON([{ ...b!, bits: '?' }])).toThrow('json[0].bits');
    expect(() => MaskSet.fromJSON([{ ...b!, shape: [-1] }])).toThrow('json[0] must be { name, shape, bits }');
    expect(() => MaskSet.fromJSON({} as never)).toThrow('json must be what MaskSet.toJSON gave');
    expect(() => masks.union(new MaskSet([]))).toThrow(
      'MaskSet.union: other must be masks of a [2,3], b [10]',
    );
    expect(() => masks.tensor('c')).toThrow('MaskSet.tensor: name must be one of a, b');
    await expect(MaskSet.from({ a: 'x' as never })).rejects.toThrow("MaskSet.from: masks['a']");
  });
});

describe('randomMasks', () => {
  it('keep as many of each tensor, elsewhere, and the same for the same seed', async () => {
    const like = await magnitudeMasks(
      { a: tf.randomNormal([50]), b: tf.randomNormal([30]) },
      { fraction: 0.6 },
    );
    const masks = randomMasks(like, 1);
    expect(masks.report()).toEqual(like.report());
    expect(kept(masks)).toEqual(kept(randomMasks(like, 1)));
    expect(masks.overlap(randomMasks(like, 2))).toBeLessThan(0.6);
    expect(() => randomMasks(like, 0.5)).toThrow('randomMasks: seed');
  });
});

describe('schedules: closed form', () => {
  it('rise along a cubic', () => {
    const cubic = polynomialSparsity({ finalSparsity: 0.9, endStep: 100, frequency: 10 });
    const close = { absolute: 1e-6, relative: 0 };
    expect([0, 10, 25, 50, 75, 90, 100, 150].map((t) => cubic.at(t))).toBeAllClose(
      [0, 0.2439, 0.520312, 0.7875, 0.885938, 0.8991, 0.9, 0.9],
      close,
    );
    const late = polynomialSparsity({
      initialSparsity: 0.5,
      finalSparsity: 0.8,
      beginStep: 2000,
      endStep: 6000,
    });
    expect([0, 3000, 4000].map((t) => late.at(t))).toBeAllClose([0.5, 0.673438, 0.7625], close);
    expect([1900, 2000, 2050, 2100, 6000, 6100].map((t) => late.isDue(t))).toEqual([
      false,
      true,
      false,
      true,
      true,
      false,
    ]);
    expect([1999, 2000, 2150, 7000].map((t) => late.lastDue(t))).toEqual([null, 2000, 2100, 6000]);
  });

  it('stay constant', () => {
    const flat = constantSparsity({ sparsity: 0.5, beginStep: 7 });
    expect([6, 7, 1000].map((t) => flat.at(t))).toEqual([0, 0.5, 0.5]);
    expect([6, 7, 107].map((t) => flat.isDue(t))).toEqual([false, true, false]);
  });

  it.each([
    [{ finalSparsity: 1, endStep: 10 }, 'options.finalSparsity must be in [0, 1), got 1'],
    [{ finalSparsity: 0.5, endStep: 0 }, 'options.endStep must be an integer > 0'],
    [{ finalSparsity: 0.5, endStep: 10, beginStep: -1 }, 'options.beginStep'],
    [{ finalSparsity: 0.5, endStep: 10, frequency: 0 }, 'options.frequency'],
    [{ finalSparsity: 0.5, endStep: 10, power: 0 }, 'options.power'],
    [{ initialSparsity: -1, finalSparsity: 0.5, endStep: 10 }, 'options.initialSparsity'],
  ])('errors: refuse %o', (options, message) => {
    expect(() => polynomialSparsity(options)).toThrow(message);
  });
});

describe('maskedOptimizer: over 200 steps', () => {
  const [xs, ys] = [tf.randomNormal([8, 5], 0, 1, 'float32', 1), tf.randomNormal([8, 4], 0, 1, 'float32', 2)];
  const l2 = tfl.regularizers.l2({ l2: 0.01 });

  it.each([
    ['momentum', () => tf.train.momentum(0.05, 0.9)],
    ['adam', () => tf.train.adam(0.01)],
    ['rmsprop', () => tf.train.rmsprop(0.01)],
    ['adagrad', () => tf.train.adagrad(0.1)],
  ])('%s with L2 leaves pruned weights at exactly 0', async (_, optimizer) => {
    const layer = tfl.layers.dense({ units: 4, inputShape: [5], kernelRegularizer: l2 });
    const model = tfl.sequential({ layers: [layer] });
    const masks = await magnitudeMasks(prunableWeights(model), { fraction: 0.5 });
    model.compile({ optimizer: maskedOptimizer(optimizer(), model, masks), loss: 'meanSquaredError' });
    for (let step = 0; step < 200; step++) await model.trainOnBatch(xs, ys);
    const trained = await MaskSet.from(prunableWeights(model));
    expect(kept(trained)).toEqual(kept(masks));
  });
});

describe('pruning: errors', () => {
  const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 2, inputShape: [3], name: 'only' })] });

  it('wants something to prune', () => {
    expect(() => prunableWeights(model, { exclude: ['other'] })).toThrow("layers among only, got 'other'");
    expect(() => prunableWeights(model, { exclude: ['only'] })).toThrow('prunableWeights: model must be');
  });

  it('refuses masks of other weights and shapes before it changes anything', async () => {
    const before = await model.getWeights()[0]!.data();
    const wrong = await MaskSet.from({ 'only/kernel': tf.zeros([2, 3]) });
    const other = await MaskSet.from({ kernel: tf.zeros([3, 2]) });
    expect(() => applyMasks(model, wrong)).toThrow(
      'applyMasks: masks must be of shape [3, 2] for only/kernel, got [2, 3]',
    );
    expect(() => maskedOptimizer(tf.train.sgd(0.1), model, other)).toThrow(
      'maskedOptimizer: masks must be of weights',
    );
    expect(await model.getWeights()[0]!.data()).toEqual(before);
  });

  it('wants a schedule', () => {
    expect(() => gradualPruning({} as never)).toThrow('gradualPruning: options.schedule must be a schedule');
  });
});
