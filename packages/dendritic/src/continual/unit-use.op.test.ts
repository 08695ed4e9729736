import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { ActiveDendriteDense } from '../active/active-dendrite-dense.ts';
import { dendriticLeNet } from '../active/dendritic-le-net.ts';
import { dendriticMLP } from '../active/dendritic-mlp.ts';
import { gateValues } from '../active/gate-values.ts';
import { winningSegments } from '../active/winning-segments.ts';
import { workedExample } from '../testing/worked-example.ts';
import { unitUse, useOverlap } from './unit-use.ts';

describe('unitUse', () => {
  it('counts how often each unit is on, and leaves nothing behind', async () => {
    const model = dendriticMLP({
      inputDim: 3,
      hidden: [8],
      outputs: 2,
      contextDim: 2,
      segments: 2,
      percentOn: 0.25,
      seed: 2,
    });
    const xs = tf.randomUniform([20, 3]);
    const before = tf.memory().numTensors;
    const layer = model.layers.at(-2)!.name;
    const [a, again] = [await unitUse(model, layer, xs, [1, 0]), await unitUse(model, layer, xs, [1, 0])];
    expect(again).toEqual(a);
    expect(a).toHaveLength(8);
    expect(a.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(2 + 1e-6);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
    xs.dispose();
  });

  it('overlaps by the shares in common', () => {
    expect(useOverlap([1, 0.5, 0], [0, 0.5, 1])).toBeCloseTo(0.2, 12);
    expect([useOverlap([1, 0], [1, 0]), useOverlap([1, 0], [0, 1]), useOverlap([0], [0])]).toEqual([1, 0, 0]);
  });
});

describe('gateValues', () => {
  it('are those of the layer, and spread by the gain for one-hot contexts', async () => {
    const model = dendriticMLP({
      inputDim: 3,
      hidden: [40],
      outputs: 2,
      contextDim: 4,
      segments: 5,
      seed: 1,
    });
    const layer = model.layers.find((each) => each instanceof ActiveDendriteDense)!;
    const gates = gateValues(layer, [
      [1, 0, 0, 0],
      [0, 0, 1, 0],
    ]);
    expect(gates.shape).toEqual([2, 40]);
    const undecided = [...(await gates.data())].filter((gate) => gate > 0.4 && gate < 0.6);
    expect(undecided.length).toBeLessThan(16);
    expect(() => gateValues(layer, [[1, 0]])).toThrow('gateValues: contexts must be of shape [contexts, 4]');
    model.dispose();
    gates.dispose();
  });
});

describe('winningSegments', () => {
  it.each([
    ['absMaxGate', [1, 0, 1, 0, 1, 0]],
    ['maxGate', [1, 0, 1, 1, 0, 0]],
  ] as const)('are those of the worked example under %s', async (mode, expected) => {
    const layer = new ActiveDendriteDense({ units: 3, segments: 2, mode });
    layer.apply([tfl.input({ shape: [2] }), tfl.input({ shape: [2] })]);
    const segments = tf.tensor3d(workedExample.segments);
    layer.setWeights([...layer.getWeights().slice(0, 2), segments]);
    const winners = winningSegments(layer, workedExample.contexts);
    expect(winners.dtype).toBe('int32');
    expect([...(await winners.data())]).toEqual(expected);
    expect(() => winningSegments(layer, [[1]])).toThrow(
      'winningSegments: contexts must be of shape [contexts, 2]',
    );
    tf.dispose([segments, winners]);
    layer.dispose();
  });
});

describe('dendriticLeNet', () => {
  it('has the parameters of the published net', () => {
    const model = dendriticLeNet({ contextDim: 10, seed: 1 });
    const count = (layers: tfl.layers.Layer[], name: string) =>
      layers
        .flatMap((layer) => layer.trainableWeights)
        .filter((weight) => weight.originalName.includes('segments') === (name === 'segments'))
        .reduce((sum, { shape }) => sum + tf.util.sizeFromShape(shape as number[]), 0);
    expect(count(model.layers, 'segments')).toBe(48_000);
    expect(count(model.layers, 'others')).toBe(578_986);
    model.dispose();
  });
});
