import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { pruneUnits } from '../evolution/importance-pruning.ts';
import { SparseDense } from '../layer/sparse-dense.ts';
import { topologyFromPositions } from '../pattern/topology.ts';
import { compact } from './compact.ts';

const xs = tf.randomNormal([5, 12], 0, 1, 'float32', 1);
const near = { absolute: 1e-6, relative: 1e-6 };
const predict = (model: tfl.LayersModel) => (model.predict(xs) as tf.Tensor).data();
const unitsOf = (model: tfl.LayersModel) =>
  model.layers.filter((layer) => layer instanceof SparseDense).map(({ units }) => units);

function network(last: tfl.layers.Layer, useBias = true): tfl.Sequential {
  const sparse = (seed: number) => ({ units: 14, density: 0.2, seed, breakEven: [[1, 1]] as const, useBias });
  return tfl.sequential({
    layers: [
      new SparseDense({ ...sparse(1), activation: 'sigmoid', inputShape: [12] }),
      new SparseDense(sparse(2)),
      tfl.layers.leakyReLU({ alpha: -0.5 }),
      last,
    ],
  });
}

/** Biases that are not 0, so that dead units give something. */
function shiftBiases(model: tfl.LayersModel): void {
  for (const layer of model.layers) {
    if (layer instanceof SparseDense)
      layer.biasVariable?.assign(tf.randomNormal([layer.units], 0, 1, 'float32', 3));
  }
}

describe('compact', () => {
  it.each([
    ['a dense layer', () => tfl.layers.dense({ units: 3 })],
    ['a dense layer without bias', () => tfl.layers.dense({ units: 3, useBias: false })],
    ['a sparse layer', () => new SparseDense({ units: 3, density: 0.4, seed: 3 })],
  ])('gives the same predictions with fewer units before %s', async (_, last) => {
    for (const useBias of [true, false]) {
      const model = network(last(), useBias);
      shiftBiases(model);
      await pruneUnits(model, 30, false);
      const smaller = await compact(model);
      const [before, after] = [unitsOf(model), unitsOf(smaller)];
      expect(after[0]!).toBeLessThan(before[0]!);
      expect(after[1]!).toBeLessThan(before[1]!);
      expect(await predict(smaller)).toBeAllClose(await predict(model), near);
    }
  });

  it('closed form: moves a constant into the next bias', async () => {
    const model = tfl.sequential({
      layers: [
        new SparseDense({ units: 2, connections: 1, activation: 'relu', inputShape: [1] }),
        new SparseDense({ units: 1, connections: 2 }),
      ],
    });
    const [first, second] = model.layers as [SparseDense, SparseDense];
    first.rewire(topologyFromPositions(1, 2, [0]), Float32Array.of(3));
    first.biasVariable!.assign(tf.tensor1d([0, 2]));
    second.rewire(topologyFromPositions(2, 1, [0, 1]), Float32Array.of(1, 5));
    const smaller = await compact(model);
    const [, bias] = smaller.layers[1]!.getWeights();
    expect(unitsOf(smaller)).toEqual([1, 1]);
    expect([...(await bias!.data())]).toEqual([10]);
  });

  it('folds what a slope below 0 makes of a bias, and leaves slope and dropout to the layers', async () => {
    const falling = { activation: 'leakyRelu', negativeSlope: -0.6, dropout: 0.3 } as const;
    const model = tfl.sequential({
      layers: [
        new SparseDense({ ...falling, units: 2, connections: 1, seed: 1, inputShape: [1] }),
        new SparseDense({ units: 1, connections: 2 }),
      ],
    });
    const [first, second] = model.layers as [SparseDense, SparseDense];
    first.rewire(topologyFromPositions(1, 2, [0]), Float32Array.of(3));
    first.biasVariable!.assign(tf.tensor1d([0, -2]));
    second.rewire(topologyFromPositions(2, 1, [0, 1]), Float32Array.of(1, 5));
    const smaller = await compact(model);
    const [, bias] = smaller.layers[1]!.getWeights();
    expect(await bias!.data()).toBeAllClose([6]);
    const x = tf.tensor2d([[2], [-2]]);
    expect(await (smaller.predict(x) as tf.Tensor).data()).toBeAllClose([12, 9.6]);
    expect(smaller.layers[0]!.getConfig()).toMatchObject(falling);
  });

  it('edges: keeps a unit where all are dead, and copies a network without dead units', async () => {
    const model = network(tfl.layers.dense({ units: 3 }));
    const first = model.layers[0] as SparseDense;
    first.rewire(topologyFromPositions(12, 14, []), new Float32Array(0));
    shiftBiases(model);
    const smaller = await compact(model);
    expect(unitsOf(smaller)[0]).toBe(1);
    expect(await predict(smaller)).toBeAllClose(await predict(model), near);
    expect(unitsOf(await compact(smaller))).toEqual(unitsOf(smaller).with(0, 1));
  });

  it('errors: wants a stack of layers that it knows', async () => {
    const model = tfl.sequential({
      layers: [tfl.layers.conv1d({ filters: 2, kernelSize: 1, inputShape: [3, 1] })],
    });
    await expect(compact(model)).rejects.toThrow('compact: model must be a sequential model');
  });
});
