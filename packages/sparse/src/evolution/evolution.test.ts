import '@tensorflow/tfjs-backend-cpu';
import { Random } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { SparseDense } from '../layer/sparse-dense.ts';
import { patternOf } from '../pattern/sparse-pattern.ts';
import { positionsOf, topologyFromPositions } from '../pattern/topology.ts';
import { scattered } from '../testing/topologies.ts';
import { rewired } from './connections.ts';
import { constantFanInStep } from './constant-fan-in-step.ts';
import { feasibleFraction, markDropped } from './drop.ts';
import { granet, sparsityAt } from './granet.ts';
import { growByGradient, growBySampledGradient, growRandom } from './grow.ts';
import { importanceOf, importancePruning, percentileOf } from './importance-pruning.ts';
import { itopMetric } from './itop-metric.ts';
import { rigl } from './rigl.ts';
import { largest, markSmallest } from './select.ts';
import { cosineFraction, setEvolution } from './set-evolution.ts';
import { srigl } from './srigl.ts';

const marked = (values: Float32Array, marks: Uint8Array) =>
  [...values.filter((_, p) => marks[p] === 1)].map((x) => Number(x.toFixed(2)));

describe('markDropped: closed form', () => {
  const values = Float32Array.of(-0.9, 0.05, 0.4, -0.02, -0.3, 0.7, 0.1, -0.6, 0.2, -0.15);

  it.each([
    ['sign' as const, 0.3, [0.05, -0.02]],
    ['sign' as const, 0.5, [0.05, -0.02, 0.1, -0.15]],
    ['magnitude' as const, 0.3, [0.05, -0.02, 0.1]],
  ])('removes by %s the share %d', (by, fraction, expected) => {
    expect(marked(values, markDropped(values, fraction, by))).toEqual(expected);
  });

  it('takes a stored 0 for positive, and the first of equal ones', () => {
    expect([...markDropped(Float32Array.of(0, 1, -1, -1), 0.5, 'sign')]).toEqual([1, 0, 1, 0]);
  });

  it('replaces as many as half of the free positions where too few are free', () => {
    expect(feasibleFraction(0.3, 100, 200)).toBe(0.3);
    expect(feasibleFraction(0.3, 100, 110)).toBe(0.05);
    expect(feasibleFraction(0.3, 100, 100)).toBe(0);
  });
});

describe('markSmallest and largest', () => {
  it('mark exactly as many as asked for, whatever the ties', () => {
    const numbers = Float32Array.of(2, 1, 1, 1, 3, 0);
    for (let count = 0; count <= 6; count++) {
      expect(markSmallest(numbers, count).reduce((a, b) => a + b, 0)).toBe(count);
      expect(largest(numbers, count)).toHaveLength(count);
    }
    expect([...markSmallest(numbers, 3)]).toEqual([0, 1, 1, 0, 0, 1]);
    expect([...largest(numbers, 3)]).toEqual([0, 1, 4]);
  });
});

describe('rigl: closed form', () => {
  it.each([
    [0, 0.3],
    [6250, 0.256066],
    [12500, 0.15],
    [18750, 0.043934],
    [25000, 0],
  ])('replaces at step %i the share %d', (t, expected) => {
    expect(cosineFraction(0.3, t, 25000)).toBeCloseTo(expected, 6);
  });
});

describe('granet: closed form', () => {
  it.each([
    [0, 0.5],
    [25, 0.73125],
    [50, 0.85],
    [75, 0.89375],
    [100, 0.9],
    [150, 0.9],
  ])('asks at step %i for a sparsity of %d', (t, expected) => {
    expect(sparsityAt(t, { initial: 0.5, final: 0.9, start: 0, end: 100 })).toBeCloseTo(expected, 12);
  });
});

describe('constantFanInStep: closed form', () => {
  // Columns 0, 1, 2 of four inputs hold 3, 2 and 1 connections.
  const connections = {
    topology: topologyFromPositions(4, 3, [0, 1, 2, 4, 7, 9]),
    values: Float32Array.of(0.9, -0.8, 0.7, 0.6, 0.1, -0.2),
  };
  const gradients = Float32Array.of(0, 0, 0, 0.1, 0, 0.9, 0.3, 0.2, 0.4, 0, 0.8, 0.5);
  const rule = { rows: null, columns: null, budget: 6, fraction: 0.34, gammaSal: 0 };
  const step = (change: object = {}, at = gradients) =>
    constantFanInStep(connections, at, { ...rule, ...change });

  it('cuts to the largest weights and grows the largest gradients', () => {
    // 0.1 and −0.2 go; the first column loses 0.7; the second grows 0.9, the third 0.8 and 0.5.
    const { dropped, grown, living } = step();
    expect([...dropped]).toEqual([0, 0, 1, 0, 1, 1]);
    expect([...grown]).toEqual([5, 10, 11]);
    expect([...living]).toEqual([0, 1, 2]);
  });

  it('lets units go that have too few salient positions, and gives the others their inputs', () => {
    // Kept or among the two largest gradients: 3, 1 + 1 and 0 + 1 positions, of a fan-in of 2.
    const { dropped, grown, living } = step({ gammaSal: 1 });
    expect([...living]).toEqual([0, 1]);
    expect([...dropped]).toEqual([0, 0, 0, 0, 1, 1]);
    expect([...grown]).toEqual([5, 6]);
  });

  it('keeps as many units as the connections need', () => {
    const { dropped, grown, living } = step({ gammaSal: 1, fraction: 0.9, budget: 12 });
    expect([...living]).toEqual([0, 1, 2]);
    expect(6 - dropped.reduce((sum, mark) => sum + mark, 0) + grown.length).toBe(12);
  });

  it('connects no input that has gone', () => {
    const rows = Int32Array.of(1, 2, 3);
    const { dropped, grown } = step(
      { rows },
      gradients.map((g, at) => (at % 4 === 0 ? -1 : g)),
    );
    expect(dropped[0]).toBe(1);
    expect(dropped[3]).toBe(1);
    expect(grown.every((position) => position % 4 !== 0)).toBe(true);
  });
});

describe('importance: closed form', () => {
  it('is the sum of magnitudes, and its percentiles lie between', () => {
    const topology = topologyFromPositions(2, 3, [0, 1, 4]);
    const importance = importanceOf({ topology, values: Float32Array.of(0.5, -0.2, -0.4) });
    expect([...importance]).toBeAllClose([0.7, 0, 0.4]);
    const sums = Float64Array.of(0.7, 0.4, 0.12, 0.05, 1.3);
    expect([20, 10, 50, 100].map((q) => percentileOf(sums, q))).toBeAllClose([0.106, 0.078, 0.4, 1.3]);
  });
});

describe('itopMetric: closed form', () => {
  it('explores at random what the recurrence says', async () => {
    // Of each position that was never connected, a step connects the share ζ·d / (1 − d).
    const [density, zeta] = [0.05, 0.3];
    const layer = new SparseDense({ units: 100, connections: 500, seed: 1, inputShape: [100] });
    const model = tfl.sequential({ layers: [layer, tfl.layers.dense({ units: 1 })] });
    model.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError' });
    const callbacks = [setEvolution({ zeta, seed: 1, dropBy: 'magnitude' }), itopMetric()];
    const { history } = await model.fit(tf.ones([1, 100]), tf.ones([1, 1]), {
      epochs: 101,
      verbose: 0,
      callbacks,
    });
    for (const [steps, published] of [
      [10, 0.19],
      [50, 0.57],
      [100, 0.81],
    ] as const) {
      const expected = 1 - (1 - density) * (1 - (zeta * density) / (1 - density)) ** steps;
      expect(expected).toBeCloseTo(published, 2);
      expect(Math.abs((history.itop![steps - 1] as number) - expected)).toBeLessThan(0.02);
    }
  });
});

describe('rewired', () => {
  const topology = scattered(7, 5, 12);
  const values = Float32Array.from({ length: 12 }, (_, p) => p + 1);
  const old = positionsOf(topology);
  const dropped = Uint8Array.from({ length: 12 }, (_, p) => (p % 3 === 0 ? 1 : 0));

  it.each([false, true])('merges what is kept and what grows, revive %s', (revive) => {
    // The first removed position returns, the others are new.
    const free = Array.from({ length: 35 }, (_, at) => at).filter((at) => !old.includes(at));
    const positions = Float64Array.of(old[0]!, ...free.slice(0, 3)).sort();
    const next = rewired(
      { topology, values },
      dropped,
      { positions, values: new Float32Array(4).fill(-1) },
      revive,
    );
    const at = positionsOf(next.topology);
    expect(at).toHaveLength(12);
    expect([...at]).toEqual([...new Set(at)].sort((a, b) => a - b));
    for (const [q, position] of at.entries()) {
      const p = old.indexOf(position);
      const stays = p >= 0 && (dropped[p] === 0 || revive);
      expect(next.from[q]).toBe(stays ? p : -1);
      expect(next.values[q]).toBe(stays ? values[p] : -1);
    }
  });
});

describe('growth', () => {
  const ground = {
    inputs: 7,
    outputs: 5,
    rows: Int32Array.of(0, 2, 3, 6),
    columns: Int32Array.of(1, 4),
    kept: Float64Array.of(7 + 2, 4 * 7 + 6),
  };
  const allowed = [7, 10, 13, 28, 30, 31];

  it('keeps to free positions of living rows and columns', async () => {
    expect([...growRandom(ground, 6, new Random(1))]).toEqual(allowed);
    const x = tf.randomNormal([3, 7], 0, 1, 'float32', 1);
    const dz = tf.randomNormal([3, 5], 0, 1, 'float32', 2);
    expect([...(await growByGradient(ground, 6, { x, dz }))]).toEqual(allowed);
    const sampled = await growBySampledGradient(ground, 6, 6, { x, dz }, new Random(1));
    expect([...sampled]).toEqual(allowed);
  });

  it('takes the largest gradients, and all candidates give the same as the dense gradient', async () => {
    const all = { inputs: 7, outputs: 5, rows: null, columns: null, kept: Float64Array.of(0, 9) };
    const x = tf.randomNormal([3, 7], 0, 1, 'float32', 1);
    const dz = tf.randomNormal([3, 5], 0, 1, 'float32', 2);
    const gradient = await tf.transpose(tf.abs(tf.matMul(x, dz, true))).data();
    const order = [...gradient.keys()].filter((at) => at !== 0 && at !== 9);
    const best = order.sort((a, b) => gradient[b]! - gradient[a]!).slice(0, 4);
    const expected = best.sort((a, b) => a - b);
    expect([...(await growByGradient(all, 4, { x, dz }))]).toEqual(expected);
    const before = tf.memory().numTensors;
    expect([...(await growBySampledGradient(all, 4, 33, { x, dz }, new Random(1)))]).toEqual(expected);
    expect(tf.memory().numTensors).toBe(before);
    expect(patternOf(scattered(3, 3, 2)).size).toBe(2);
  });
});

describe('evolution callbacks: errors', () => {
  it.each([
    [() => setEvolution({ zeta: 1 }), 'setEvolution: options.zeta must be in (0, 1), got 1'],
    [() => setEvolution({ every: 0 }), 'options.every must be a positive integer'],
    [
      () => setEvolution({ grow: 'best' as never }),
      "options.grow must be 'random', 'gradient', 'sampledGradient'",
    ],
    [() => setEvolution({ stopFraction: 0 }), 'options.stopFraction'],
    [() => rigl({ alpha: 0 }), 'rigl: options.alpha must be in (0, 1), got 0'],
    [() => rigl({ deltaT: 0.5 }), 'options.deltaT'],
    [() => granet({ finalSparsity: 1 }), 'granet: options.finalSparsity must be in (0, 1), got 1'],
    [() => granet({ startStep: 100, endStep: 100 }), 'granet: options.endStep must be above 100, got 100'],
    [() => granet({ zeta: 0 }), 'granet: options.zeta'],
    [() => srigl({ gammaSal: 2 }), 'srigl: options.gammaSal must be in [0, 1], got 2'],
    [() => srigl({ alpha: 1 }), 'srigl: options.alpha'],
    [
      () => importancePruning({ percentile: 100 }),
      'importancePruning: options.percentile must be in [0, 100)',
    ],
  ])('refuse %s', (make, message) => {
    expect(make).toThrow(message);
  });
});
