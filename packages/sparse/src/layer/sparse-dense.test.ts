import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { topologyOf } from '../pattern/sparse-pattern.ts';
import { checkTopology } from '../pattern/topology.ts';
import { registerSparse } from '../register-sparse.ts';
import { loadWith, savedModel } from '../testing/saved-model.ts';
import { SparseDense } from './sparse-dense.ts';
import type { SparseDenseOptions } from './sparse-dense-options.ts';

function built(options: Partial<ConstructorParameters<typeof SparseDense>[0]>, inputs = 784): SparseDense {
  const layer = new SparseDense({ units: 1000, seed: 1, inputShape: [inputs], ...options });
  tfl.sequential({ layers: [layer] });
  return layer;
}

describe('SparseDense: closed form', () => {
  it('draws the expected number of connections', () => {
    // 20·(784 + 1000), within four deviations of √35680.
    expect(Math.abs(built({ epsilon: 20 }).connections - 35680)).toBeLessThan(4 * Math.sqrt(35680));
    expect(Math.abs(built({ density: 0.01 }).density - 0.01)).toBeLessThan(0.0004);
    expect(built({ fanIn: 7 }).connections).toBe(7000);
    expect(built({ connections: 1234 }).connections).toBe(1234);
  });

  it('gives every output its fan-in', async () => {
    const { columnPointers } = await topologyOf(built({ fanIn: 7 }).matrix.pattern);
    expect(columnPointers.every((pointer, j) => pointer === 7 * j)).toBe(true);
  });

  it('is dense where epsilon asks for more than there is', () => {
    expect(built({ units: 10, epsilon: 20 }).density).toBe(1);
  });

  it.each([
    [{ kernelInitializer: 'heUniform' as const }, 0.087482],
    [{ kernelInitializer: 'sparseHe' as const }, 0.410075],
    [{ kernelInitializer: 'glorotUniform' as const }, Math.sqrt(6 / 1784)],
  ])('starts with values in the limits of %o', async (options, limit) => {
    const layer = built({ ...options, connections: 35680 });
    const values = await layer.matrix.values.data<'float32'>();
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(layer.initialLimit).toBeCloseTo(limit, 5);
    expect(largest).toBeLessThanOrEqual(limit * 1.000001);
    expect(largest).toBeGreaterThan(0.99 * limit);
  });
});

describe('SparseDense: topologies', () => {
  it.each([
    { epsilon: 5 },
    { density: 0.3 },
    { density: 1 },
    { fanIn: 3 },
    { connections: 400 },
    { connections: 0 },
  ])('are sorted, unique and in range for %o', async (options) => {
    const topology = await topologyOf(built({ units: 20, ...options }, 30).matrix.pattern);
    expect(() => checkTopology('test', topology)).not.toThrow();
  });
});

describe('SparseDense: rewire', () => {
  it('changes the number of connections under a compiled model', async () => {
    const layer = built({ units: 2, connections: 3 }, 3);
    const model = tfl.sequential({ layers: [layer] });
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    const before = tf.memory().numTensors;
    layer.rewire(
      {
        inputs: 3,
        outputs: 2,
        columnPointers: Int32Array.of(0, 2, 4),
        rowIndices: Int32Array.of(0, 2, 1, 2),
      },
      Float32Array.of(0.2, -0.3, 0.1, 0.5),
    );
    expect(tf.memory().numTensors).toBe(before);
    const y = model.predict(tf.tensor2d([[1, 2, -1]])) as tf.Tensor;
    expect(await y.data()).toBeAllClose([0.5, -0.3]);
    expect(layer.connections).toBe(4);
    await model.trainOnBatch(tf.ones([1, 3]), tf.ones([1, 2]));
    expect(layer.countParams()).toBe(4 + 2 + 3 + 4 + 4 + 4 + 4);
  });
});

describe('SparseDense: errors', () => {
  it.each([
    [{ units: 0, epsilon: 1 }, 'options.units must be a positive integer, got 0'],
    [{ units: 3 }, 'options must be one of epsilon, density and fanIn, or a number of connections, got []'],
    [{ units: 3, epsilon: 1, density: 0.1 }, "got ['epsilon', 'density']"],
    [{ units: 3, density: 0 }, 'options.density must be in (0, 1], got 0'],
    [{ units: 3, density: 1.5 }, 'options.density must be in (0, 1], got 1.5'],
    [{ units: 3, epsilon: -1 }, 'options.epsilon must be a positive number, got -1'],
    [{ units: 3, fanIn: 1.5 }, 'options.fanIn'],
    [{ units: 3, connections: -1 }, 'options.connections'],
    [
      { units: 3, density: 0.1, kernelInitializer: 'he' as never },
      "options.kernelInitializer must be 'sparseHe'",
    ],
    [{ units: 3, density: 0.1, seed: 0.5 }, 'options.seed'],
    [
      { units: 3, density: 0.1, negativeSlope: Number.NaN },
      'options.negativeSlope must be a finite number, got NaN',
    ],
    [{ units: 3, density: 0.1, dropout: 1 }, 'options.dropout must be a probability in [0, 1), got 1'],
    ...[[3], [-1], [1, 0], [1, 1], [0.5]].map(
      (livingUnits) =>
        [
          { units: 3, density: 0.1, livingUnits },
          'options.livingUnits must be rising integers in [0, 3)',
        ] as [SparseDenseOptions, string],
    ),
  ])('refuses %o', (options, message) => {
    expect(() => new SparseDense(options)).toThrow(message);
  });

  const topology = {
    inputs: 3,
    outputs: 2,
    columnPointers: Int32Array.of(0, 2, 4),
    rowIndices: Int32Array.of(0, 2, 1, 2),
  };
  it.each([
    [{ inputs: 4 }, 4, 'SparseDense.rewire: topology must be from 3 inputs to 2 outputs, got'],
    [{ rowIndices: Int32Array.of(2, 0, 1, 2) }, 4, 'rowIndices[1]'],
    [{ rowIndices: Int32Array.of(0, 2, 1, 3) }, 4, 'rowIndices[3]'],
    [{}, 3, 'values must be 4 numbers, one for each connection, got'],
  ])('is not rewired to %o with %i values', async (change, count, message) => {
    const layer = built({ units: 2, connections: 3 }, 3);
    const before = await topologyOf(layer.matrix.pattern);
    expect(() => layer.rewire({ ...topology, ...change }, new Float32Array(count))).toThrow(message);
    expect(await topologyOf(layer.matrix.pattern)).toEqual(before);
  });

  it('refuses inputs of another width', () => {
    const message = 'expected axis -1 of input shape to have value 4 but got shape 2,5';
    expect(() => built({ units: 3, density: 0.5 }, 4).apply(tf.ones([2, 5]))).toThrow(message);
    const layer = built({ units: 3, density: 0.5 }, 4);
    expect(() => layer.apply(tfl.input({ shape: [5] }))).toThrow('expected axis -1 of input shape');
  });

  it('refuses more connections than there are positions', () => {
    expect(() => built({ units: 3, fanIn: 5 }, 4)).toThrow(
      'SparseDense: options.fanIn must be at most 4 for 4 inputs and 3 units, got 5.',
    );
    expect(() => built({ units: 3, connections: 13 }, 4)).toThrow('at most 12');
  });
});

describe('SparseDense: serialises', () => {
  async function saved(): Promise<tf.io.ModelArtifacts> {
    registerSparse();
    const layer = built({ units: 5, connections: 7, livingUnits: [0, 3, 4] }, 6);
    return savedModel(tfl.sequential({ layers: [layer] }));
  }

  it('what it holds and no more, and remembers which units live', async () => {
    const artifacts = await saved();
    // Values, three indices of 7, pointers of 6 and 7, 5 biases; 4 bytes each.
    expect((artifacts.weightData as ArrayBuffer).byteLength).toBe(4 * (4 * 7 + 6 + 7 + 5));
    const model = await tfl.loadLayersModel(tf.io.fromMemory(artifacts));
    expect([...(model.layers[0] as SparseDense).livingUnits!]).toEqual([0, 3, 4]);
  });

  it.each([0, 1, 27, 28, 50, 100, 155, 180, 183])(
    'errors: a file cut off at %i of 184 bytes is refused',
    async (length) => {
      const artifacts = await saved();
      const weightData = (artifacts.weightData as ArrayBuffer).slice(0, length);
      await expect(loadWith(artifacts, weightData)).rejects.toThrow(/the tensor should have|byte length of/);
    },
  );

  it('errors: a model without one of its weights, or with a density out of range, is refused', async () => {
    const artifacts = await saved();
    const weightSpecs = artifacts.weightSpecs!.slice(0, -1);
    await expect(tfl.loadLayersModel(tf.io.fromMemory({ ...artifacts, weightSpecs }))).rejects.toThrow(
      'not set',
    );
    for (const density of [0, 1.5]) {
      const text = JSON.stringify(artifacts.modelTopology);
      const modelTopology = JSON.parse(text.replace('"connections":7', `"density":${density}`));
      const broken = tf.io.fromMemory({ ...artifacts, modelTopology });
      await expect(tfl.loadLayersModel(broken)).rejects.toThrow('options.density must be in (0, 1]');
    }
  });
});
