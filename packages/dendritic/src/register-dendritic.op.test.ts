import { registerActivations } from '@arborize/activations';
import { cloneThroughSave } from '@arborize/core';
import { expectNoTensorLeak } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import * as dendritic from './index.ts';
import { describeLayer, type LayerCase } from './testing/layer-contract.ts';

const names = registerActivations();
const seed = 1;
const kernelInitializer = () => tfl.initializers.glorotUniform({ seed: 3 });

/** Every layer of one input, with activations of `@arborize/activations` by name where it takes some. */
const ofOneInput: Record<string, LayerCase> = {
  ActiveDendriteDense: {
    layer: () => new dendritic.ActiveDendriteDense({ units: 4, segments: 2, sparsity: 0.5, seed }),
    inputShape: [6],
  },
  DACConv1D: {
    layer: () =>
      new dendritic.DACConv1D({
        filters: 2,
        kernelSize: 2,
        innerActivation: 'nishSinlu',
        activation: names.nish,
        kernelInitializer: kernelInitializer(),
      }),
    inputShape: [4, 3],
  },
  DACConv2D: {
    layer: () =>
      new dendritic.DACConv2D({
        filters: 2,
        kernelSize: 2,
        innerActivation: 'leakyAda',
        activation: names.nishSinlu,
        kernelInitializer: kernelInitializer(),
      }),
    inputShape: [3, 4, 2],
  },
  DACDense: {
    layer: () =>
      new dendritic.DACDense({
        units: 4,
        innerActivation: 'nish',
        activation: names.leakyAda,
        kernelInitializer: kernelInitializer(),
      }),
    inputShape: [3],
  },
  DendriticDense: {
    layer: () =>
      new dendritic.DendriticDense({
        units: 4,
        activation: 'leakyAda',
        somaActivation: 'nish',
        inputDropout: 0,
        seed,
      }),
    inputShape: [6],
  },
  KWinners: { layer: () => new dendritic.KWinners({ percentOn: 0.5 }), inputShape: [6] },
  KWinners2D: {
    layer: () => new dendritic.KWinners2D({ percentOn: 0.25, local: true }),
    inputShape: [2, 3, 4],
  },
  PyramidalConv1D: {
    layer: () =>
      new dendritic.PyramidalConv1D({
        filters: 2,
        kernelSize: 2,
        basalActivation: 'nish',
        kernelInitializer: kernelInitializer(),
      }),
    inputShape: [4, 3],
  },
  PyramidalConv2D: {
    layer: () =>
      new dendritic.PyramidalConv2D({
        filters: 2,
        kernelSize: 2,
        basalActivation: 'nishSinlu',
        kernelInitializer: kernelInitializer(),
      }),
    inputShape: [3, 4, 2],
  },
  PyramidalDense: {
    layer: () =>
      new dendritic.PyramidalDense({
        units: 4,
        basalActivation: 'ada',
        kernelInitializer: kernelInitializer(),
      }),
    inputShape: [3],
  },
  PyramidalSoma: {
    layer: () => new dendritic.PyramidalSoma({ basalActivation: 'leakyAda' }),
    inputShape: [6],
  },
  StaticSparseConv2D: {
    layer: () =>
      new dendritic.StaticSparseConv2D({
        filters: 3,
        kernelSize: 2,
        sparsity: 0.5,
        activation: names.nishSinlu,
        seed,
      }),
    inputShape: [3, 4, 2],
  },
  StaticSparseDense: {
    layer: () => new dendritic.StaticSparseDense({ units: 4, sparsity: 0.5, activation: names.nish, seed }),
    inputShape: [6],
  },
};
const ofTwoInputs = ['ActiveDendriteConv2D', 'ContextTable'];

beforeAll(() => dendritic.registerDendritic());

it('every layer of the package is tested here', () => {
  const layers = Object.entries(dendritic)
    .filter(([, each]) => each.prototype instanceof tfl.layers.Layer)
    .map(([name]) => name);
  expect([...Object.keys(ofOneInput), ...ofTwoInputs].sort()).toEqual(layers.sort());
});

for (const [name, each] of Object.entries(ofOneInput)) describeLayer(name, each);

describe(`${ofTwoInputs.join(' and ')}: layer contract`, () => {
  const model = () => {
    const [x, task] = [tfl.input({ shape: [4, 5, 2] }), tfl.input({ shape: [1] })];
    const contexts = [
      [1, 0],
      [0, 1],
    ];
    const context = new dendritic.ContextTable({ contexts }).apply(task) as tfl.SymbolicTensor[];
    const stack: tfl.layers.Layer[] = [
      new dendritic.KWinners2D({ percentOn: 0.5 }),
      tfl.layers.activation({ activation: names.nish }),
      tfl.layers.flatten(),
      tfl.layers.dense({ units: 2, kernelInitializer: kernelInitializer() }),
    ];
    const gated = new dendritic.ActiveDendriteConv2D({ filters: 3, kernelSize: 2, segments: 2, seed });
    const y = stack.reduce(
      (tensor, layer) => layer.apply(tensor) as tfl.SymbolicTensor,
      gated.apply([x, ...context]) as tfl.SymbolicTensor,
    );
    return tfl.model({ inputs: [x, task], outputs: y });
  };
  const inputs = () => [tf.randomNormal([4, 4, 5, 2], 0, 1, 'float32', 5), tf.tensor2d([[0], [1], [1], [0]])];

  it('trains without leaving a tensor behind', async () => {
    const trained = model();
    trained.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
    const [xs, ys] = [inputs(), tf.ones([4, 2])];
    const before = (await trained.trainOnBatch(xs, ys)) as number;
    await expectNoTensorLeak(() => trained.trainOnBatch(xs, ys));
    expect(await trained.trainOnBatch(xs, ys)).toBeLessThan(before);
    trained.dispose();
    tf.dispose([xs, ys]);
  });

  it('serialises: gives equal predictions and an equal config after saving and loading', async () => {
    const made = model();
    const copy = await cloneThroughSave(made);
    const xs = inputs();
    const [expected, actual] = [made.predict(xs) as tf.Tensor, copy.predict(xs) as tf.Tensor];
    expect(await actual.data()).toEqual(await expected.data());
    expect(copy.layers.map((each) => each.getConfig())).toEqual(made.layers.map((each) => each.getConfig()));
    made.dispose();
    copy.dispose();
    tf.dispose([xs, expected, actual]);
  });
});
