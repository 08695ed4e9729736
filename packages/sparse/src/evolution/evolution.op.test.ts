import { Random } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { SparseDense } from '../layer/sparse-dense.ts';
import { topologyOf } from '../pattern/sparse-pattern.ts';
import { checkTopology, positionsOf, topologyFromPositions, transposeTopology } from '../pattern/topology.ts';
import { connectionsOf, evolveLayer } from './evolve-layer.ts';
import { granet } from './granet.ts';
import { importancePruning, pruneUnits } from './importance-pruning.ts';
import { itopMetric } from './itop-metric.ts';
import { rigl } from './rigl.ts';
import { setEvolution } from './set-evolution.ts';
import { srigl } from './srigl.ts';

const xs = tf.randomNormal([24, 12], 0, 1, 'float32', 1);
const ys = tf.tidy(() => tf.oneHot(tf.argMax(tf.slice(xs, [0, 0], [24, 3]), 1), 3));

function network(optimizer: tf.Optimizer = tf.train.adam(0.01)): tfl.Sequential {
  const hidden = (seed: number, inputShape?: number[]) =>
    new SparseDense({
      units: 14,
      density: 0.25,
      seed,
      activation: 'relu',
      breakEven: [[1, 1]],
      inputShape,
    });
  const model = tfl.sequential({
    layers: [
      hidden(1, [12]),
      tfl.layers.leakyReLU({ alpha: 0.1 }),
      hidden(2),
      new SparseDense({ units: 3, density: 0.5, seed: 3, activation: 'softmax' }),
    ],
  });
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  return model;
}

const sparseLayers = (model: tfl.LayersModel) => model.layers.filter((layer) => layer instanceof SparseDense);
const fit = (model: tfl.LayersModel, callbacks: tfl.Callback[], epochs = 3) =>
  model.fit(xs, ys, { epochs, batchSize: 8, shuffle: false, verbose: 0, callbacks });

async function momentsOf(optimizer: tf.Optimizer, layer: SparseDense): Promise<Float32Array[]> {
  const lists = Object.values(optimizer).filter(Array.isArray).flat();
  const own = lists.filter((slot) => slot.originalName?.startsWith(`${layer.valuesVariable.name}/`));
  return Promise.all(own.map((slot) => slot.variable.data()));
}

async function checkIndex(layer: SparseDense): Promise<void> {
  const { pattern } = layer.matrix;
  const topology = await topologyOf(pattern);
  expect(() => checkTopology('test', topology)).not.toThrow();
  const expected = transposeTopology(topology);
  for (const name of ['rowPointers', 'columnIndices', 'permutation'] as const) {
    expect(await pattern[name].data()).toEqual(expected[name]);
  }
}

describe('evolution of a layer', () => {
  it.each([
    ['adam', 2, () => tf.train.adam(0.01)],
    ['momentum', 1, () => tf.train.momentum(0.01, 0.9)],
    ['rmsprop', 2, () => tf.train.rmsprop(0.01)],
    ['sgd', 0, () => tf.train.sgd(0.01)],
  ])('keeps values and moments of %s bit for bit, and gives new connections none', async (_, slots, make) => {
    const optimizer = make();
    const model = network(optimizer);
    await model.trainOnBatch(xs, ys);
    const layer = sparseLayers(model)[0] as SparseDense;
    const before = await connectionsOf(layer);
    const moments = await momentsOf(optimizer, layer);
    expect(moments.length).toBeGreaterThanOrEqual(slots);
    const replacement = { dropBy: 'sign', grow: 'random', growInit: 'initializer', candidates: 1 } as const;
    await evolveLayer(layer, 0.3, replacement, { optimizer, random: new Random(1), gradientOf: () => null });
    const after = await connectionsOf(layer);
    const movedMoments = await momentsOf(optimizer, layer);
    expect(after.values.length).toBe(before.values.length);
    await checkIndex(layer);
    const old = positionsOf(before.topology);
    let fresh = 0;
    for (const [q, position] of positionsOf(after.topology).entries()) {
      const p = old.indexOf(position);
      // A removed position may have been drawn again, with another value.
      if (p >= 0 && after.values[q] === before.values[p]) {
        for (const [i, moment] of movedMoments.entries()) expect(moment[q]).toBe(moments[i]![p]);
      } else {
        fresh++;
        for (const moment of movedMoments) expect(moment[q]).toBe(0);
      }
    }
    const negative = before.values.filter((value) => value < 0).length;
    expect(fresh).toBe(Math.floor(0.3 * negative) + Math.floor(0.3 * (old.length - negative)));
    await model.trainOnBatch(xs, ys);
  });
});

// Written down once: they must never change, or saved experiments could not be repeated.
const EXPECTED_POSITIONS = [2, 3, 7, 10, 13, 16, 20, 22, 25, 26, 28, 36];

describe('evolution in fit', () => {
  it.each([
    ['SET', () => setEvolution({ seed: 1 })],
    [
      'SET by sampled gradient',
      () => setEvolution({ seed: 1, grow: 'sampledGradient', dropBy: 'magnitude' }),
    ],
    ['RigL', () => rigl({ deltaT: 2 })],
    ['RigL among candidates', () => rigl({ deltaT: 2, candidates: 3 })],
  ])('%s changes the topology, keeps the number of connections and the output layer', async (_, make) => {
    const model = network();
    const layers = sparseLayers(model) as SparseDense[];
    const before = await Promise.all(layers.map(connectionsOf));
    const tensors = tf.memory().numTensors;
    await fit(model, [make()]);
    // Adam's moments: two for each of six weights.
    expect(tf.memory().numTensors - tensors).toBe(12);
    const after = await Promise.all(layers.map(connectionsOf));
    for (const [i, { topology }] of after.entries()) {
      expect(topology.rowIndices.length).toBe(before[i]!.topology.rowIndices.length);
      const same = positionsOf(topology).every((at, p) => at === positionsOf(before[i]!.topology)[p]);
      expect(same).toBe(i === 2);
      await checkIndex(layers[i]!);
    }
  });

  it.each([undefined, 2])('GraNet prunes all layers to one sparsity, candidates %s', async (candidates) => {
    const model = network();
    const [first, second, last] = sparseLayers(model) as [SparseDense, SparseDense, SparseDense];
    const output = last.connections;
    const callback = granet({ deltaT: 2, finalSparsity: 0.9, endStep: 6, candidates });
    const tensors = tf.memory().numTensors;
    await fit(model, [callback]);
    expect(tf.memory().numTensors - tensors).toBe(12);
    expect(first.connections + second.connections).toBe(Math.round(0.1 * (12 * 14 + 14 * 14)));
    expect(last.connections).toBe(output);
    await Promise.all([first, second].map(checkIndex));
  });

  it('GraNet starts from dense layers', async () => {
    const dense = new SparseDense({ units: 14, density: 1, seed: 1, activation: 'relu', inputShape: [12] });
    const model = tfl.sequential({ layers: [dense, tfl.layers.dense({ units: 3, activation: 'softmax' })] });
    model.compile({ optimizer: tf.train.momentum(0.01, 0.9), loss: 'categoricalCrossentropy' });
    await fit(model, [granet({ deltaT: 2, finalSparsity: 0.75, endStep: 6 })]);
    expect(dense.connections).toBe(42);
    await checkIndex(dense);
  });

  it.each([0, 0.9])('SRigL gives all units the same number of inputs, γ %d', async (gammaSal) => {
    const model = network();
    const [first, second, last] = sparseLayers(model) as [SparseDense, SparseDense, SparseDense];
    const budgets = [first.connections, second.connections, last.connections];
    const tensors = tf.memory().numTensors;
    await fit(model, [srigl({ deltaT: 2, gammaSal })]);
    expect(tf.memory().numTensors - tensors).toBe(12);
    for (const [i, layer] of [first, second].entries()) {
      const { topology } = await connectionsOf(layer);
      const living = [...(layer.livingUnits ?? Array(14).keys())];
      const inputs = i === 1 && first.livingUnits ? first.livingUnits.length : topology.inputs;
      const fanIn = Math.min(inputs, Math.floor(budgets[i]! / living.length));
      for (let j = 0; j < 14; j++) {
        const own = topology.columnPointers[j + 1]! - topology.columnPointers[j]!;
        expect(own).toBe(living.includes(j) ? fanIn : 0);
      }
      await checkIndex(layer);
    }
    if (gammaSal === 0) expect(first.livingUnits).toBeNull();
    else expect(first.livingUnits!.length).toBeLessThan(14);
    const outgoing = await connectionsOf(second);
    const connected = new Set(first.livingUnits ?? Array(14).keys());
    expect(outgoing.topology.rowIndices.every((row) => connected.has(row))).toBe(true);
    expect(last.connections).toBe(budgets[2]);
  });

  it('is the same for the same seed', async () => {
    const positions = async (seed: number) => {
      const model = network();
      await fit(model, [setEvolution({ seed })]);
      return [...positionsOf((await connectionsOf(sparseLayers(model)[0] as SparseDense)).topology)];
    };
    expect(await positions(1)).toEqual(await positions(1));
    expect(await positions(1)).not.toEqual(await positions(2));
  });

  it('does nothing after the last epoch', async () => {
    const model = network();
    const layer = sparseLayers(model)[0] as SparseDense;
    await fit(model, [setEvolution()], 1);
    expect(layer.topologyVersion).toBe(0);
  });

  it('importance pruning shrinks the network, and what evolves later keeps to the living units', async () => {
    const model = network();
    const [first, second] = sparseLayers(model) as [SparseDense, SparseDense, SparseDense];
    const before = [first.connections, second.connections];
    const callbacks = [importancePruning({ startEpoch: 1, everyEpochs: 2, percentile: 30 }), setEvolution()];
    await fit(model, callbacks, 6);
    expect(first.connections).toBeLessThan(before[0]!);
    expect(second.connections).toBeLessThan(before[1]!);
    const living = new Set(first.livingUnits);
    expect(living.size).toBeLessThan(14);
    const { topology } = await connectionsOf(first);
    for (let j = 0; j < 14; j++) {
      if (!living.has(j)) expect(topology.columnPointers[j + 1]).toBe(topology.columnPointers[j]);
    }
    const outgoing = await connectionsOf(second);
    expect(outgoing.topology.rowIndices.every((row) => living.has(row))).toBe(true);
    await Promise.all([first, second].map(checkIndex));
  });

  it('importance pruning, closed form: of five units the weakest goes at the 20th percentile', async () => {
    const layer = new SparseDense({ units: 5, connections: 0, inputShape: [2] });
    const model = tfl.sequential({ layers: [layer, tfl.layers.dense({ units: 1 })] });
    layer.rewire(
      topologyFromPositions(2, 5, [0, 1, 2, 4, 5, 7, 8]),
      Float32Array.of(0.5, -0.2, -0.4, 0.1, 0.02, 0.05, -1.3),
    );
    await pruneUnits(model, 20);
    expect([...layer.livingUnits!]).toEqual([0, 1, 2, 4]);
    const { values } = await connectionsOf(layer);
    expect([...values]).toEqual([...Float32Array.of(0.5, -0.2, -0.4, 0.1, 0.02, -1.3)]);
  });

  it('seeds give equal topologies on every backend', async () => {
    const [layer] = sparseLayers(network()) as [SparseDense];
    const replacement = { dropBy: 'sign', grow: 'random', growInit: 'initializer', candidates: 1 } as const;
    const random = new Random(5);
    for (let step = 0; step < 3; step++) {
      await evolveLayer(layer, 0.3, replacement, {
        optimizer: tf.train.sgd(0),
        random,
        gradientOf: () => null,
      });
    }
    expect([...positionsOf((await connectionsOf(layer)).topology)].slice(0, 12)).toEqual(EXPECTED_POSITIONS);
  });

  it('reports how many positions were explored', async () => {
    const model = network();
    const { history } = await fit(model, [setEvolution(), itopMetric()], 4);
    const itop = history.itop as number[];
    expect(itop[0]).toBeGreaterThan(0.2);
    for (let epoch = 1; epoch < 3; epoch++) expect(itop[epoch]!).toBeGreaterThan(itop[epoch - 1]!);
    expect(itop[3]).toBe(itop[2]);
  });

  it('errors: wants a model with sparse layers', async () => {
    const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 3, inputShape: [12] })] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await expect(fit(model, [setEvolution()])).rejects.toThrow('a model with SparseDense layers');
  });
});
