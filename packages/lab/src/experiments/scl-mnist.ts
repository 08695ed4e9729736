import type { Random } from '@arborize/core';
import { digits, loadMnist, split } from '@arborize/datasets';
import {
  ConnectivityDense,
  type ConnectivityLearningOptions,
  connectivityLearning,
  learnedMasks,
  SparseDense,
} from '@arborize/sparse';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Experiment, Protocol, Scale, Variant } from '../experiment/experiment.ts';
import { type ModelRequest, trainModel } from '../experiment/train-model.ts';
import { connectivityPictures, watchDensity } from './connectivity-pictures.ts';

const WIDTHS = [300, 100];
/** What λ = 0.1 keeps of each layer, of digits and of MNIST: the densities of the random topology that it is compared with. */
const DENSITIES: Record<Scale, readonly number[]> = {
  small: [0.155, 0.247, 0.401],
  paper: [0.056, 0.119, 0.285],
};
/** As in w ← w − rate·1e-4·w. */
const DECAY = 1e-4;

/** The learning rate falls from `first` to 0 along half a cosine. */
const protocol = (epochs: number, first: number): Protocol => ({
  optimizer: 'momentum',
  batchSize: 100,
  phases: Array.from({ length: epochs }, (_, epoch) => ({
    epochs: 1,
    learningRate: (first / 2) * (1 + Math.cos((Math.PI * (epoch + 0.5)) / epochs)),
  })),
});

/** Whether a network can tell by itself which of its connections it needs. */
export const sclMnist: Experiment = {
  name: 'scl-mnist',
  title: 'Learned connectivity',
  question:
    'How many connections does a network keep that learns which of them exist, at what accuracy, and does it choose better ' +
    'than chance?',
  papers: [{ title: 'Automatic sparse connectivity learning', url: 'https://arxiv.org/abs/2201.05020' }],
  notes: [
    "The paper's tables and constants could not be had: λ, the first mask and its learning rate are our own choice.",
    'random: a fixed random topology with about as many connections in each layer as λ = 0.1 keeps: small on the embedded digits, paper on MNIST.',
    'parameters counts the weights of closed connections too; density tells which are open at the end.',
  ],
  metric: { name: 'accuracy', title: 'test accuracy' },
  otherMetrics: [{ name: 'density', title: 'density' }],
  baseline: 'dense',
  variants: {
    dense: network(({ random }) => dense(random)),
    lambda002: learning({ lambda: 0.02 }),
    lambda005: learning({ lambda: 0.05 }),
    lambda01: learning({ lambda: 0.1 }),
    lambda03: learning({ lambda: 0.3 }),
    target005: learning({ targetDensity: 0.05 }),
    neverFrozen: learning({ lambda: 0.1, freezeAt: 1 }),
    random: network(({ random, scale }) => (units, i, activation) => {
      const seed = random.uint32();
      return new SparseDense({ units, density: DENSITIES[scale][i]!, seed, activation });
    }),
  },
  protocol: { small: protocol(8, 0.1), paper: protocol(15, 0.1) },
  embedded: () => ({ name: 'digits', ...split(digits({ count: 4000, seed: 0 })) }),
  load: (directory) => loadMnist(directory),
};

/** Makes the layer of a width at a place. */
type MakeLayer = (units: number, index: number, activation: 'relu' | 'softmax') => tfl.layers.Layer;

function dense(random: Random): MakeLayer {
  return (units, _, activation) => tfl.layers.dense({ units, activation, ...kernel(random) });
}

function learning(options: ConnectivityLearningOptions): Variant {
  return learnedNetwork((model) => [connectivityLearning(options), watchDensity(model)]);
}

/** A network whose layers learn their connections, under the callbacks that make them. */
export function learnedNetwork(
  callbacks: (model: LayersModel) => (tfl.Callback | tfl.CustomCallback)[],
): Variant {
  return network(
    ({ random }) =>
      (units, _, activation) =>
        new ConnectivityDense({ units, activation, ...kernel(random) }),
    callbacks,
  );
}

function kernel(random: Random) {
  return {
    kernelInitializer: tfl.initializers.heUniform({ seed: random.uint32() }),
    kernelRegularizer: tfl.regularizers.l2({ l2: DECAY / 2 }),
  };
}

function network(
  make: (request: ModelRequest) => MakeLayer,
  callbacks?: (model: LayersModel) => (tfl.Callback | tfl.CustomCallback)[],
): Variant {
  return trainModel(
    (request) => {
      const { inputShape, outputs } = request;
      const model = tfl.sequential({ layers: [tfl.layers.inputLayer({ inputShape: [...inputShape] })] });
      const layer = make(request);
      for (const [i, units] of WIDTHS.entries()) model.add(layer(units, i, 'relu'));
      model.add(layer(outputs, WIDTHS.length, 'softmax'));
      return model;
    },
    {
      flatten: true,
      ...(callbacks
        ? {
            callbacks,
            measure: async ({ model }) => {
              const masks = await learnedMasks(model);
              const layers = masks.report().map(({ density }, i) => [`density${i + 1}`, density]);
              return { density: masks.density, ...Object.fromEntries(layers) };
            },
            pictures: ({ model }) => connectivityPictures(model),
          }
        : { measure: ({ model }) => ({ density: fixedDensity(model) }) }),
    },
  );
}

/** The density of a model whose connections do not change. */
function fixedDensity({ layers }: LayersModel): number {
  const sizes = layers.map((layer) => {
    if (layer instanceof SparseDense) return [layer.connections, layer.positions] as const;
    const size = layer.weights.find(({ shape }) => shape.length === 2)?.read().size ?? 0;
    return [size, size] as const;
  });
  const sum = (at: 0 | 1) => sizes.reduce((total, size) => total + size[at], 0);
  return sum(0) / sum(1);
}
