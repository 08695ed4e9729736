import { AllReLU, allReLUSlope } from '@arborize/activations';
import { decoupledWeightDecay, type Random } from '@arborize/core';
import { type Dataset, digits, loadCsv, loadMnist, type Samples, split } from '@arborize/datasets';
import {
  granet,
  itopMetric,
  rigl,
  SparseDense,
  type SparseDenseOptions,
  setEvolution,
  srigl,
} from '@arborize/sparse';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Experiment, Protocol, Scale, Variant } from '../experiment/experiment.ts';
import { trainModel } from '../experiment/train-model.ts';
import { SeededDropout } from './seeded-dropout.ts';
import { degreePictures, watchConnections } from './sparse-pictures.ts';

/** Widths of the hidden layers, all of them sparse; the last layer is dense. */
const HIDDEN: Record<Scale, readonly number[]> = { small: [500, 500], paper: [1000, 1000, 1000] };
const EPSILON = 20;
const DROPOUT = 0.3;
/** Taken off every weight at every step, not scaled by the learning rate. */
const DECAY = 2e-4;

const protocol = (epochs: number): Protocol => ({
  optimizer: 'momentum',
  batchSize: 128,
  phases: [{ epochs, learningRate: 0.05 }],
});

/** Whether a network with few connections, born sparse and never dense, learns what the dense one does. */
export const trulySparse: Experiment = {
  name: 'truly-sparse',
  title: 'Truly sparse training against a dense network',
  question:
    'How close does a network with about 5 % of the connections come to the dense one of the same widths, and what do an ' +
    'evolving topology and the alternating slopes of All-ReLU add?',
  papers: [
    { title: 'Adaptive sparse connectivity (SET)', url: 'https://arxiv.org/abs/1707.04780' },
    { title: 'Truly sparse neural networks at scale', url: 'https://arxiv.org/abs/2102.01732' },
    { title: 'Rigging the lottery (RigL)', url: 'https://arxiv.org/abs/1911.11134' },
    {
      title: 'Dynamic sparse training with structured sparsity (SRigL)',
      url: 'https://arxiv.org/abs/2305.02299',
    },
    { title: 'Pruning plasticity with neuroregeneration (GraNet)', url: 'https://arxiv.org/abs/2106.10404' },
  ],
  notes: [
    `Sparse layers hold ${EPSILON}·(inputs + units) connections; all variants have the widths of the dense network, not its parameters.`,
    'granet begins with half of all connections and ends with as many as the others have; All-ReLU diverges at such a density.',
    'Inputs have mean 0 and variance 1 in the training set.',
    'Learning rate 0.05, where the papers train longer at 0.01; dropout 0.3, weight decay 0.0002 a step.',
  ],
  metric: { name: 'accuracy', title: 'test accuracy' },
  baseline: 'dense',
  variants: {
    dense: sparseNetwork({ sparse: false, alternating: false }),
    setAllRelu: sparseNetwork({ sparse: true, alternating: true, evolve: 'set' }),
    setRelu: sparseNetwork({ sparse: true, alternating: false, evolve: 'set' }),
    staticAllRelu: sparseNetwork({ sparse: true, alternating: true }),
    staticRelu: sparseNetwork({ sparse: true, alternating: false }),
    riglAllRelu: sparseNetwork({ sparse: true, alternating: true, evolve: 'rigl' }),
    sriglAllRelu: sparseNetwork({ sparse: true, alternating: true, evolve: 'srigl' }),
    granetRelu: sparseNetwork({ sparse: true, alternating: false, evolve: 'granet' }),
  },
  protocol: { small: protocol(10), paper: protocol(10) },
  embedded: () => standardized({ name: 'digits', ...split(digits({ count: 5000, seed: 0 })) }),
  load: loadImagesOrTable,
};

/** A table `data.csv` whose column `class` is to be told, where the directory has one, else MNIST's files. */
async function loadImagesOrTable(directory: string): Promise<Dataset> {
  const table = await loadCsv(`${directory}/data.csv`, { target: 'class' }).catch(() => null);
  if (!table) return standardized(await loadMnist(directory));
  const { shape } = table.samples;
  return standardized(
    { name: 'data.csv', ...split(table.samples) },
    shape.reduce((a, b) => a * b, 1),
  );
}

/**
 * Inputs of mean 0 and variance 1 in the training set: sparse layers with the dense initialiser start slowly on anything else.
 *
 * @param columns 1: all inputs of a sample alike, as befits images; their number: each on its own.
 */
function standardized(data: Dataset, columns = 1): Dataset {
  const { xs } = data.train;
  const [sums, squares] = [new Float64Array(columns), new Float64Array(columns)];
  for (const [i, x] of xs.entries()) {
    sums[i % columns]! += x;
    squares[i % columns]! += x * x;
  }
  const count = xs.length / columns;
  const means = sums.map((sum) => sum / count);
  // A column that never varies stays as it is.
  const scales = squares.map((square, c) => Math.sqrt(square / count - means[c]! ** 2) || 1);
  const change = (samples: Samples) => ({
    ...samples,
    xs: samples.xs.map((x, i) => (x - means[i % columns]!) / scales[i % columns]!),
  });
  return { ...data, train: change(data.train), test: change(data.test) };
}

type Evolution = 'set' | 'rigl' | 'srigl' | 'granet';

export interface SparseNetworkOptions {
  readonly sparse: boolean;
  /** All-ReLU instead of ReLU. */
  readonly alternating: boolean;
  readonly evolve?: Evolution;
  /** A sparse layer holds ε·(inputs + units) connections. Default 20. */
  readonly epsilon?: number;
  /** Default 0.3. */
  readonly dropout?: number;
}

/** A variant of {@link trulySparse}: hidden layers of one kind and a dense output. */
export function sparseNetwork({
  sparse,
  alternating,
  evolve,
  epsilon = EPSILON,
  dropout = DROPOUT,
}: SparseNetworkOptions): Variant {
  return trainModel(
    ({ inputShape, outputs, scale, random }) => {
      const model = tfl.sequential({ layers: [tfl.layers.inputLayer({ inputShape: [...inputShape] })] });
      for (const [i, units] of HIDDEN[scale].entries()) {
        const negativeSlope = alternating ? allReLUSlope(i + 1) : 0;
        if (sparse) {
          const options = { units, activation: 'leakyRelu', negativeSlope, dropout } as const;
          model.add(sparseLayer(model, options, evolve, epsilon, random));
        } else {
          model.add(denseLayer(units, random));
          model.add(alternating ? new AllReLU({ hiddenLayer: i + 1 }) : tfl.layers.reLU());
          model.add(new SeededDropout(dropout, random.fork(i)));
        }
      }
      model.add(denseLayer(outputs, random, 'softmax'));
      return model;
    },
    {
      flatten: true,
      optimizer: (learningRate) =>
        decoupledWeightDecay(tf.train.momentum(learningRate, 0.9), { rate: DECAY, scaledBy: 'step' }),
      callbacks: (model, { seed }) => [
        ...(evolve ? [evolutionOf(evolve, model, epsilon, seed)] : []),
        ...(sparse ? [itopMetric(), watchConnections(model)] : []),
      ],
      pictures: ({ model }) => (sparse ? degreePictures(model) : []),
    },
  );
}

function sparseLayer(
  model: tfl.Sequential,
  options: Omit<SparseDenseOptions, 'epsilon' | 'density' | 'fanIn'>,
  evolve: Evolution | undefined,
  epsilon: number,
  random: Random,
): tfl.layers.Layer {
  const inputs = model.outputs[0]!.shape.at(-1)!;
  const { units } = options;
  const connections =
    evolve === 'granet'
      ? { density: 0.5 }
      : evolve === 'srigl'
        ? { fanIn: Math.round((epsilon * (inputs + units)) / units) }
        : { epsilon };
  const seed = random.uint32();
  return new SparseDense({ ...options, ...connections, kernelInitializer: 'heUniform', seed });
}

function evolutionOf(evolve: Evolution, model: tfl.LayersModel, epsilon: number, seed: number): tfl.Callback {
  switch (evolve) {
    case 'set':
      return setEvolution({ zeta: 0.3, seed });
    case 'rigl':
      return rigl({ deltaT: 100, seed });
    case 'srigl':
      return srigl({ deltaT: 100 });
    case 'granet':
      return granet({ deltaT: 100, finalSparsity: 1 - finalDensity(model, epsilon) });
  }
}

/** The density of all sparse layers together if each held ε·(inputs + units) connections. */
function finalDensity(model: tfl.LayersModel, epsilon: number): number {
  const layers = model.layers.filter((layer) => layer instanceof SparseDense);
  const positions = layers.reduce((sum, layer) => sum + layer.positions, 0);
  const ends = layers.reduce((sum, { positions, units }) => sum + positions / units + units, 0);
  return (epsilon * ends) / positions;
}

function denseLayer(units: number, random: Random, activation?: 'softmax'): tfl.layers.Layer {
  const kernelInitializer = tfl.initializers.heUniform({ seed: random.uint32() });
  return tfl.layers.dense({ units, kernelInitializer, ...(activation && { activation }) });
}
