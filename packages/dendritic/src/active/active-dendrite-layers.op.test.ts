import { cloneThroughSave } from '@arborize/core';
import { expectNoTensorLeak } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { kWinners } from '../k-winners/k-winners.ts';
import { KWinners2D } from '../k-winners/k-winners-2d-layer.ts';
import { KWinners } from '../k-winners/k-winners-layer.ts';
import { registerDendritic } from '../register-dendritic.ts';
import { workedExample } from '../testing/worked-example.ts';
import { ActiveDendriteConv2D } from './active-dendrite-conv-2d.ts';
import { ActiveDendriteDense, type ActiveDendriteDenseOptions } from './active-dendrite-dense.ts';
import { ContextTable } from './context-table.ts';
import { dendriticMLP } from './dendritic-mlp.ts';

beforeAll(() => registerDendritic());

/** The layer on [x, context], ready to be called. */
function built(options: Partial<ActiveDendriteDenseOptions>, inputs: number, width: number) {
  const layer = new ActiveDendriteDense({ units: 3, segments: 2, seed: 1, ...options });
  layer.apply([tfl.input({ shape: [inputs] }), tfl.input({ shape: [width] })]);
  return layer;
}

const values = (tensor: tf.Tensor) => tensor.data();

describe('ActiveDendriteDense: closed form', () => {
  const x = tf.tensor2d([
    [1, -2],
    [0.5, 1.5],
  ]);
  const c = tf.tensor2d(workedExample.contexts);
  const weights = () => [
    tf.tensor2d([
      [0.4, -0.6, 1],
      [0.2, 0.8, -0.5],
    ]),
    tf.tensor1d([0.1, -0.1, 0]),
    tf.tensor3d(workedExample.segments),
  ];

  it('gates, and with two winners has the gradients of the worked example', async () => {
    const layer = built({}, 2, 2);
    const initial = weights();
    layer.setWeights(initial);
    const z = layer.call([x, c], {});
    expect(await values(z)).toBeAllClose([0.053121, -1.78779, 1.336376, 0.045515, 0.014389, -0.182765]);

    const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const loss = () => tf.sum(kWinners(layer.call([x, c], {}), { k: 2 })) as tf.Scalar;
    const { grads } = tf.variableGrads(loss, variables);
    const [kernel, bias, segments] = variables.map(({ name }) => grads[name]!);
    const near = { absolute: 2e-6, relative: tf.getBackend() === 'webgpu' ? 1e-3 : 1e-5 };
    expect(await values(kernel!)).toBeAllClose(
      [0.569138, 0.008993, 0.668188, -0.948631, 0.026979, -1.336376],
      near,
    );
    expect(await values(bias!)).toBeAllClose([0.607068, 0.017986, 0.668188], near);
    expect(await values(segments!)).toBeAllClose(
      [-0.042062, 0.084124, 0.024903, 0.012451, 0, 0, -0.01413, 0.02826, 0, 0, 0.443426, 0.221713],
      near,
    );
    const [dx, dc] = tf.grads((x, c) => kWinners(layer.call([x, c], {}), { k: 2 }))([x, c]);
    expect(await values(dx!)).toBeAllClose([0.880672, -0.227852, 0.019552, 0.029561], near);
    expect(await values(dc!)).toBeAllClose([0.25983, 0.107362, 0.021031, -0.070323], near);
    tf.dispose([z, grads, dx!, dc!, initial]);
    layer.dispose();
  });

  it('has all gates at one half for a context of zeros', async () => {
    const layer = built({ useBias: false }, 2, 2);
    const z = layer.call([x, tf.zerosLike(c)], {});
    const y = tf.mul(tf.matMul(x, layer.getWeights()[0] as tf.Tensor2D), 0.5);
    expect(await values(z)).toBeAllClose(await values(y));
    layer.dispose();
  });

  it('with one segment is y·σ(c·Uᵀ)', async () => {
    const layer = built({ segments: 1 }, 2, 2);
    const [kernel, bias, u] = layer.getWeights() as [tf.Tensor2D, tf.Tensor1D, tf.Tensor3D];
    const y = tf.add(tf.matMul(x, kernel), bias);
    const expected = tf.mul(y, tf.sigmoid(tf.matMul(c, tf.reshape(u, [3, 2]), false, true)));
    expect(await values(layer.call([x, c], {}))).toBeAllClose(await values(expected));
    layer.dispose();
  });

  it('with a constant context is dense with scaled columns', async () => {
    const layer = built({ sparsity: 0.5 }, 2, 2);
    const one = tf.tensor2d([[0.3, -1.2]]);
    const scale = tf.sigmoid(layer.dendrites.activations(one));
    const [kernel, bias] = layer.getWeights() as [tf.Tensor2D, tf.Tensor1D];
    const expected = tf.add(tf.matMul(x, tf.mul(kernel, scale) as tf.Tensor2D), tf.mul(bias, scale));
    const repeated = layer.call([x, tf.tile(one, [2, 1])], {});
    expect(await values(repeated)).toBeAllClose(await values(expected));
    expect(await values(layer.call([x, one], {}))).toBeAllClose(await values(expected));
    layer.holdContext(one);
    expect(await values(layer.call([x, c], {}))).toBeAllClose(await values(expected));
    layer.releaseContext();
    layer.dispose();
  });

  it('routes: segments that open units for their task give the routed dense output', async () => {
    const layer = built({ units: 4, segments: 1 }, 2, 2);
    const strong = 200;
    // Units 0 and 1 are for task 0, the others for task 1.
    const u = tf.tensor3d([0, 0, 1, 1].map((task) => [[0, 1].map((t) => (t === task ? strong : -strong))]));
    const kernel = tf.tensor2d([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]);
    layer.setWeights([kernel, tf.zeros([4]), u]);
    const routed = layer.call(
      [
        tf.tensor2d([
          [1, 1],
          [1, 1],
        ]),
        tf.tensor2d([
          [1, 0],
          [0, 1],
        ]),
      ],
      {},
    );
    expect(await values(routed)).toBeAllClose([6, 8, 0, 0, 0, 0, 10, 12]);
    layer.dispose();
  });

  it('adds segment biases, and keeps masked segment weights at 0', async () => {
    const layer = built({ segmentBias: true, segmentSparsity: 0.5 }, 2, 4);
    const [, , segments, bias] = layer.getWeights();
    const zeros = (await values(segments!)).filter((value) => value === 0).length;
    expect([zeros, bias!.shape]).toEqual([12, [3, 2]]);
    layer.setWeights(layer.getWeights().map((w, i) => (i === 3 ? tf.ones(w.shape) : w)));
    const a = layer.dendrites.activations(tf.zeros([1, 4]));
    expect(await values(a)).toBeAllClose([1, 1, 1]);
    layer.dispose();
  });
});

describe('ActiveDendriteDense: training', () => {
  it('keeps masked weights exactly 0 through 100 steps of Adam', async () => {
    const layer = built({ sparsity: 0.5, units: 5 }, 6, 2);
    const before = await values(layer.getWeights()[0]!);
    const [x, c] = [tf.randomNormal([4, 6]), tf.randomNormal([4, 2])];
    const adam = tf.train.adam(0.01);
    for (let i = 0; i < 100; i++) {
      const loss = adam.minimize(() => tf.sum(tf.square(layer.call([x, c], {}))) as tf.Scalar, true);
      loss!.dispose();
    }
    const after = await values(layer.getWeights()[0]!);
    const mask = [...before].map((value) => value !== 0);
    expect(mask.filter((kept) => !kept)).toHaveLength(15);
    for (let unit = 0; unit < 5; unit++) {
      expect([0, 1, 2, 3, 4, 5].filter((input) => mask[input * 5 + unit])).toHaveLength(3);
    }
    expect([...after].map((value) => value !== 0)).toEqual(mask);
    expect(after).not.toEqual(before);
    adam.dispose();
    layer.dispose();
    tf.dispose([x, c]);
  });

  it('moves a held context as Adam moves all of its segments', async () => {
    const context = tf.tensor2d([[0.7, -1.3, 0.4]]);
    const x = tf.tensor2d([
      [1, -2],
      [0.5, 1.5],
      [-1, 0.3],
    ]);
    const target = tf.tensor2d([
      [1, 0, -1],
      [0.5, 0.2, 0],
      [0, 1, 1],
    ]);
    const trained = async (held: boolean) => {
      const layer = built({ sparsity: 0.5, segmentSparsity: 0.3, segmentBias: true }, 2, 3);
      // The two are equal where ε, which Adam adds to the root of the second moment, does not matter.
      const adam = tf.train.adam(0.02, 0.9, 0.999, 1e-12);
      if (held) layer.holdContext(context);
      const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
      const rows = tf.tile(context, [3, 1]);
      for (let i = 0; i < 10; i++) {
        adam.minimize(
          () => tf.losses.meanSquaredError(target, layer.call([x, rows], {})) as tf.Scalar,
          false,
          variables,
        );
      }
      if (held) layer.releaseContext();
      const all = await Promise.all(layer.getWeights().map(values));
      layer.dispose();
      tf.dispose([rows]);
      adam.dispose();
      return all;
    };
    const [free, held] = [await trained(false), await trained(true)];
    const near = { absolute: 1e-5, relative: tf.getBackend() === 'webgpu' ? 1e-3 : 1e-4 };
    for (const [i, weight] of held.entries()) expect(weight).toBeAllClose(free[i]!, near);
    tf.dispose([context, x, target]);
  });

  it('leaves no tensor behind in fit, alone and held', async () => {
    const model = dendriticMLP({
      inputDim: 6,
      hidden: [8, 8],
      outputs: 2,
      contextDim: 3,
      segments: 2,
      percentOn: 0.25,
      seed: 3,
    });
    const data = [tf.randomNormal([6, 6]), tf.randomNormal([6, 3])];
    const ys = tf.tensor2d([
      [1, 0],
      [0, 1],
      [1, 0],
      [0, 1],
      [1, 0],
      [0, 1],
    ]);
    const layers = model.layers.filter((layer) => layer instanceof ActiveDendriteDense);
    model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
    await expectNoTensorLeak(() => model.trainOnBatch(data, ys));
    const before = tf.memory().numTensors - slots(model.trainableWeights.length);
    model.optimizer.dispose();
    for (const layer of layers) layer.holdContext([1, 0, -1]);
    model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
    await expectNoTensorLeak(() => model.trainOnBatch(data, ys));
    model.optimizer.dispose();
    for (const layer of layers) layer.releaseContext();
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
    tf.dispose([data, ys]);
  });
});

/** What Adam keeps: two moments for each weight, two powers of β. */
const slots = (weights: number) => 2 * weights + 2;

describe('active dendrites: in models', () => {
  const predictions = async (model: tfl.LayersModel, xs: tf.Tensor[]) => {
    const y = model.predict(xs.length === 1 ? xs[0]! : xs) as tf.Tensor;
    const data = await y.data();
    y.dispose();
    return data;
  };

  async function expectEqualAfterLoading(model: tfl.LayersModel, xs: tf.Tensor[]) {
    const copy = await cloneThroughSave(model);
    expect(await predictions(copy, xs)).toEqual(await predictions(model, xs));
    expect(copy.layers.map((layer) => layer.getConfig())).toEqual(
      model.layers.map((layer) => layer.getConfig()),
    );
    model.dispose();
    copy.dispose();
    tf.dispose(xs);
  }

  it('serialises: an MLP on x and context', async () => {
    const model = dendriticMLP({
      inputDim: 5,
      hidden: [6, 4],
      outputs: 3,
      contextDim: 2,
      segments: 3,
      percentOn: 0.5,
      mode: 'maxGate',
      segmentSparsity: 0.5,
      segmentBias: true,
      modulatedLayers: [1],
    });
    await expectEqualAfterLoading(model, [tf.randomNormal([3, 5]), tf.randomNormal([3, 2])]);
  });

  it('serialises: a conv net, and contexts from a table', async () => {
    const x = tfl.input({ shape: [6, 6, 2] });
    const task = tfl.input({ shape: [1] });
    const table = new ContextTable({
      contexts: [
        [1, 0],
        [0.5, -1],
      ],
    });
    const [contexts, index] = table.apply(task) as tfl.SymbolicTensor[];
    const conv = new ActiveDendriteConv2D({ filters: 4, kernelSize: 3, segments: 2, sparsity: 0.5, seed: 5 });
    const y = conv.apply([x, contexts!, index!]) as tfl.SymbolicTensor;
    const kept = new KWinners2D({ percentOn: 0.25 }).apply(y) as tfl.SymbolicTensor;
    const flat = tfl.layers.flatten().apply(kept) as tfl.SymbolicTensor;
    const dense = new ActiveDendriteDense({ units: 3, segments: 2 });
    const z = dense.apply([flat, contexts!, index!]) as tfl.SymbolicTensor;
    const model = tfl.model({ inputs: [x, task], outputs: z });
    const xs = [tf.randomNormal([4, 6, 6, 2]), tf.tensor2d([[0], [1], [1], [0]])];
    const z64 = model.predict(xs) as tf.Tensor;
    expect(z64.shape).toEqual([4, 3]);
    z64.dispose();
    await expectEqualAfterLoading(model, xs);
  });

  it('trains through a table of contexts', async () => {
    const [x, task] = [tfl.input({ shape: [3] }), tfl.input({ shape: [1] })];
    const [contexts, index] = new ContextTable({
      contexts: [
        [1, 0],
        [0, 1],
      ],
    }).apply(task) as tfl.SymbolicTensor[];
    const z = new ActiveDendriteDense({ units: 2, segments: 2 }).apply([x, contexts!, index!]);
    const model = tfl.model({ inputs: [x, task], outputs: z as tfl.SymbolicTensor });
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    const xs = [tf.ones([4, 3]), tf.tensor2d([[0], [1], [1], [0]])];
    const ys = tf.zeros([4, 2]);
    const history = await model.fit(xs, ys, { epochs: 3, batchSize: 3, verbose: 0 });
    expect(history.history.loss!.at(-1)).toBeLessThan(history.history.loss![0] as number);
    model.dispose();
    tf.dispose([xs, ys]);
  });

  it('works in sequential and TimeDistributed, x being its own context', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.timeDistributed({
          inputShape: [4, 3],
          layer: new ActiveDendriteDense({ units: 5, segments: 2, sparsity: 0.3 }),
        }),
        tfl.layers.timeDistributed({ layer: new KWinners({ percentOn: 0.4 }) }),
      ],
    });
    expect(model.outputs[0]!.shape).toEqual([null, 4, 5]);
    await expectEqualAfterLoading(model, [tf.randomNormal([2, 4, 3])]);
  });
});

describe('KWinners: layer', () => {
  it('counts duty cycles in training, boosts by them, and decays the boost', async () => {
    const layer = new KWinners({ percentOn: 0.5, boostStrength: 1, boostStrengthFactor: 0.5 });
    layer.apply(tfl.input({ shape: [4] }));
    const x = tf.tensor2d([
      [4, 3, 2, 1],
      [4, 3, 2, 1],
    ]);
    layer.call(x, { training: true });
    expect(await values(layer.duty)).toBeAllClose([1, 1, 0, 0]);
    const y = layer.call(x, { training: true });
    expect(await values(y)).toBeAllClose([4, 0, 2, 0, 4, 0, 2, 0]);
    expect(await values(layer.duty)).toBeAllClose([1, 0.5, 0.5, 0]);
    layer.call(x, {});
    expect(await values(layer.duty)).toBeAllClose([1, 0.5, 0.5, 0]);
    layer.decayBoost();
    expect(await values(layer.getWeights()[2]!)).toBeAllClose([0.5]);
    layer.dispose();
    tf.dispose([x, y]);
  });

  it('rounds halves to even in training, down at inference', async () => {
    const on = async (units: number, training: boolean, kInferenceFactor: number) => {
      const layer = new KWinners({ percentOn: 0.5, kInferenceFactor });
      layer.apply(tfl.input({ shape: [units] }));
      const y = layer.call(tf.tensor2d([Array.from({ length: units }, (_, i) => i + 1)]), { training });
      const count = (await values(y)).filter((value) => value > 0).length;
      layer.dispose();
      y.dispose();
      return count;
    };
    expect([await on(5, true, 1), await on(7, true, 1), await on(7, false, 1.3)]).toEqual([2, 4, 5]);
  });
});

describe('active dendrites: errors', () => {
  const [x, context] = [tfl.input({ shape: [4] }), tfl.input({ shape: [3] })];

  it('name the numbers at build time', () => {
    const layer = new ActiveDendriteDense({ units: 2, segments: 2 });
    layer.apply([x, context]);
    expect(() => layer.apply([x, tfl.input({ shape: [5] })])).toThrow(
      'ActiveDendriteDense: the context must be of shape [samples, 3], got [null, 5].',
    );
    expect(() => layer.holdContext([1, 2])).toThrow('ActiveDendriteDense: context must be 3 numbers');
    const fresh = new ActiveDendriteDense({ units: 2, segments: 2 });
    expect(() => fresh.apply([tfl.input({ shape: [2, 4] }), context])).toThrow(
      'ActiveDendriteDense: x must be of shape [samples, inputs], got [null, 2, 4].',
    );
    expect(() => fresh.apply([x, tfl.input({ shape: [2, 2] })])).toThrow(
      'ActiveDendriteDense: the context must be of shape [samples, a known width], got [null, 2, 2].',
    );
    const conv = new ActiveDendriteConv2D({ filters: 2, kernelSize: 3, segments: 2 });
    expect(() => conv.apply([x, context])).toThrow(
      'ActiveDendriteConv2D: x must be of shape [samples, height, width, channels], got [null, 4].',
    );
    expect(() => conv.apply(tfl.input({ shape: [5, 5, 1] }))).toThrow('must be [x, context]');
    expect(() => new KWinners({ percentOn: 0.1 }).apply(x)).toThrow(
      'KWinners: options.percentOn must be enough for one winner of 4 candidates, got 0.1.',
    );
    expect(() => new KWinners({ percentOn: 0.5 }).apply(tfl.input({ shape: [2, 2] }))).toThrow(
      'KWinners: x must be of shape [samples, units], got [null, 2, 2].',
    );
    expect(() => new KWinners2D({ percentOn: 0.5 }).apply(x)).toThrow('KWinners2D: x must be of shape');
  });

  it('name bad options', () => {
    const dense = (options: object) => () => new ActiveDendriteDense({ units: 2, segments: 2, ...options });
    expect(dense({ segments: 1.5 })).toThrow(
      'ActiveDendriteDense: options.segments must be an integer ≥ 0, got 1.5.',
    );
    expect(dense({ sparsity: 1 })).toThrow(
      'ActiveDendriteDense: options.sparsity must be a fraction in [0, 1), got 1.',
    );
    expect(dense({ mode: 'min' })).toThrow('ActiveDendriteDense: options.mode must be');
    expect(dense({ segmentInitializer: 'zeros' })).toThrow('options.segmentInitializer must be');
    expect(dense({ contextGain: 0 })).toThrow('options.contextGain must be a positive number, got 0.');
    expect(() => new KWinners({ percentOn: 0 })).toThrow(
      'KWinners: options.percentOn must be a fraction in (0, 1], got 0.',
    );
    expect(() => new ContextTable({ contexts: [[1], [1, 2]] })).toThrow('ContextTable: options.contexts');
  });
});
