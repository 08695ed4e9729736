import { cloneThroughSave } from '@arborize/core';
import { expectNoTensorLeak } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { LogicalActivation } from './logical-activation-layer.ts';
import { LogicalConv2D } from './logical-conv-2d.ts';
import { LogicalDense } from './logical-dense.ts';
import { logicalLayers } from './logical-layers.ts';

beforeAll(() => {
  for (const layer of logicalLayers) tf.serialization.registerClass(layer);
});

const seeded = tfl.initializers.leCunNormal({ seed: 3 });
const dense = (units: number) =>
  tfl.layers.dense({ units, inputShape: [3], kernelInitializer: tfl.initializers.leCunNormal({ seed: 1 }) });

const models: Record<string, () => tfl.layers.Layer[]> = {
  'LogicalActivation, defaults': () => [dense(8), new LogicalActivation()],
  'LogicalActivation, exact parity of 4': () => [
    dense(8),
    new LogicalActivation({ ops: ['xnor'], kind: 'il', k: 4, normalized: false, temperature: 0.7 }),
  ],
  'LogicalActivation, partition on axis 1': () => [
    dense(8),
    tfl.layers.reshape({ targetShape: [4, 2] }),
    new LogicalActivation({ ops: ['or', 'xnor'], strategy: 'partition', axis: 1 }),
    tfl.layers.flatten(),
  ],
  'LogicalDense, three gates': () => [
    new LogicalDense({ units: 6, ops: ['and', 'or', 'xnor'], inputShape: [3], kernelInitializer: seeded }),
  ],
  'LogicalDense, partition of triples': () => [
    new LogicalDense({ units: 4, strategy: 'partition', k: 3, inputShape: [3], kernelInitializer: seeded }),
  ],
};

function compiled(layers: tfl.layers.Layer[]): tfl.Sequential {
  const model = tfl.sequential({ layers: [...layers, tfl.layers.dense({ units: 2 })] });
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
  return model;
}

describe.each(Object.entries(models))('logical layers: %s', (_, layers) => {
  it('trains without leaving a tensor behind', async () => {
    const model = compiled(layers());
    const [xs, ys] = [tf.ones([8, 3]), tf.ones([8, 2])];
    await expectNoTensorLeak(() => model.trainOnBatch(xs, ys));
    for (const weight of model.getWeights()) {
      expect((await weight.data()).every(Number.isFinite)).toBe(true);
    }
    model.dispose();
    tf.dispose([xs, ys]);
  });

  it('serialises: gives equal predictions after saving and loading', async () => {
    const model = compiled(layers());
    const xs = tf.tensor2d([
      [-3, 0.5, 2],
      [1, -1, 0],
    ]);
    const copy = await cloneThroughSave(model);
    const [expected, actual] = [model.predict(xs) as tf.Tensor, copy.predict(xs) as tf.Tensor];
    expect(await actual.data()).toEqual(await expected.data());
    expect(copy.layers.map((layer) => layer.getConfig())).toEqual(
      model.layers.map((layer) => layer.getConfig()),
    );
    expect(actual.shape).toEqual(model.outputs[0]!.shape.with(0, 2));
    model.dispose();
    copy.dispose();
    tf.dispose([xs, expected, actual]);
  });
});

describe('LogicalConv2D', () => {
  it('has as many channels as asked for, after saving and loading too', async () => {
    const layer = new LogicalConv2D({
      filters: 6,
      kernelSize: 3,
      strides: 2,
      padding: 'same',
      ops: ['and', 'or', 'xnor'],
      inputShape: [5, 5, 2],
    });
    const model = tfl.sequential({ layers: [layer] });
    const x = tf.randomNormal([2, 5, 5, 2]);
    const copy = await cloneThroughSave(model);
    const [expected, actual] = [model.predict(x) as tf.Tensor, copy.predict(x) as tf.Tensor];
    expect(expected.shape).toEqual([2, 3, 3, 6]);
    expect(model.outputs[0]!.shape).toEqual([null, 3, 3, 6]);
    expect(layer.getWeights().map(({ shape }) => shape)).toEqual([[3, 3, 2, 4], [4]]);
    expect(await actual.data()).toEqual(await expected.data());
    tf.dispose([x, expected, actual]);
  });
});

describe('logical layers: widths', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each([
    [{ ops: ['and', 'or'] }, 8, 8],
    [{ ops: ['and', 'or', 'xnor'] }, 12, 8],
    [{ ops: ['xnor'] }, 8, 16],
    [{ ops: ['or', 'xnor'], strategy: 'partition' }, 8, 16],
    [{ ops: ['and', 'or'], k: 4 }, 8, 16],
  ] as const)('%j with %d units has %d pre-activations', (options, units, preActivations) => {
    const model = tfl.sequential({ layers: [new LogicalDense({ ...options, units, inputShape: [5] })] });
    expect(model.getWeights().map(({ shape }) => shape)).toEqual([[5, preActivations], [preActivations]]);
    expect(model.outputs[0]!.shape).toEqual([null, units]);
    model.dispose();
  });

  it('rounds up with a warning and saves the width it has', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const layer = new LogicalDense({ units: 10, ops: ['and', 'or', 'xnor'] });
    expect(warn).toHaveBeenCalledWith(
      'LogicalDense: units 10 is not a multiple of 3 gates; the layer has 12.',
    );
    expect(layer.getConfig().units).toBe(12);
    expect(layer.getConfig().activation).toBeUndefined();
  });

  it('keeps unknown sizes and counts channels first', () => {
    const layer = new LogicalActivation({ ops: ['and', 'or', 'xnor'], axis: 1 });
    expect(layer.computeOutputShape([null, 4, null, 7])).toEqual([null, 6, null, 7]);
    expect(layer.computeOutputShape([null, null, 3])).toEqual([null, null, 3]);
  });
});

describe('logical layers: errors', () => {
  it('name what they got and what they want', () => {
    expect(() => new LogicalActivation({ k: 1 })).toThrow(
      'LogicalActivation: options.k must be an integer ≥ 2, got 1.',
    );
    expect(() => new LogicalActivation({ kind: 'fuzzy' as never })).toThrow(
      "LogicalActivation: options.kind must be 'ail' or 'il', got 'fuzzy'.",
    );
    expect(() => new LogicalDense({ units: 0 })).toThrow(
      'LogicalDense: options.units must be a positive integer, got 0.',
    );
    expect(() => tfl.sequential({ layers: [dense(6), new LogicalActivation({ axis: 0 })] })).toThrow(
      'LogicalActivation: options.axis must be an axis of [null, 6] other than that of the batch, got 0.',
    );
    expect(() => tfl.sequential({ layers: [dense(6), new LogicalActivation({ k: 4 })] })).toThrow(
      'LogicalActivation: the number of channels must be a multiple of 4 along axis 1 of [null, 6], got 6.',
    );
  });
});
