import { Activation } from '@arborize/core';
import { onlyOn } from '@arborize/core/testing';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type LayerCase, layerCases, notLayers } from './testing/layer-cases.ts';
import { type LayerGradient, layerGradients } from './testing/layer-gradients.ts';

onlyOn(['wasm'], 'gradients of layers, against cpu');

const activations = Object.values(tf.serialization.SerializationMap.getMap().classNameMap)
  .map(([type]) => type)
  .filter(({ prototype }) => prototype instanceof Object.getPrototypeOf(Activation))
  .map(({ className }) => className);

const backend = tf.getBackend();

// Some random layers take no seed.
beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0.37);
});
afterEach(async () => {
  await tf.setBackend(backend);
  vi.restoreAllMocks();
});

/** The gradients on a backend, and how many tensors they leave. */
async function on(name: string, layerCase: LayerCase): Promise<[LayerGradient[], number]> {
  await tf.setBackend(name);
  const before = tf.memory().numTensors;
  const gradients = await layerGradients(layerCase);
  return [gradients, tf.memory().numTensors - before];
}

async function expectGradients(layerCase: LayerCase) {
  const [expected, tensorsOnCpu] = await on('cpu', layerCase);
  const [actual, tensors] = await on(backend, layerCase);
  // Some stock layers keep a tensor or two for good, such as their last dropout masks.
  expect(tensors).toBe(tensorsOnCpu);
  for (const [i, { of, shape, values }] of expected.entries()) {
    expect(actual[i]!.shape, of).toEqual(shape);
    expect(actual[i]!.values, of).toBeAllClose(values, { absolute: 1e-4, relative: 1e-4 });
  }
}

describe('layers: gradient against cpu', () => {
  for (const layerCase of layerCases) {
    const { name, variant } = layerCase;
    it(variant ? `${name}, ${variant}` : name, () => expectGradients(layerCase));
  }

  it.each(activations)('activation %s', (activation) =>
    expectGradients({
      name: 'activation',
      inputs: [[2, 3, 5]],
      make: () => layers.activation({ activation: activation as 'relu' }),
    }),
  );

  it('covers all that tfjs-layers exports', () => {
    const known = new Set<string>([...layerCases.map(({ name }) => name), ...Object.keys(notLayers)]);
    expect(Object.keys(layers).filter((name) => !known.has(name))).toEqual([]);
    expect(activations).toContain('softmax');
  });
});
