import { AllReLU } from '@arborize/activations';
import { type Random, wrapOptimizer } from '@arborize/core';
import { type Dataset, digits, loadCsv, loadMnist, type Samples, split } from '@arborize/datasets';
import { itopMetric, rigl, SparseDense, setEvolution } from '@arborize/sparse';
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
  ],
  notes: [
    `Sparse layers hold ${EPSILON}·(inputs + units) connections; all variants have the widths of the dense network, not its parameters.`,
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

export interface SparseNetworkOptions {
  readonly sparse: boolean;
  /** All-ReLU instead of ReLU. */
  readonly alternating: boolean;
  readonly evolve?: 'set' | 'rigl';
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
        model.add(sparse ? sparseLayer(units, epsilon, random) : denseLayer(units, random));
        model.add(alternating ? new AllReLU({ hiddenLayer: i + 1 }) : tfl.layers.reLU());
        model.add(new SeededDropout(dropout, random.fork(i)));
      }
      model.add(denseLayer(outputs, random, 'softmax'));
      return model;
    },
    {
      flatten: true,
      optimizer: (learningRate) => decayed(tf.train.momentum(learningRate, 0.9)),
      callbacks: (model, { seed }) => [
        ...(evolve === 'set' ? [setEvolution({ zeta: 0.3, seed })] : []),
        ...(evolve === 'rigl' ? [rigl({ deltaT: 100, seed })] : []),
        ...(sparse ? [itopMetric(), watchConnections(model)] : []),
      ],
      pictures: ({ model }) => (sparse ? degreePictures(model) : []),
    },
  );
}

function sparseLayer(units: number, epsilon: number, random: Random): tfl.layers.Layer {
  return new SparseDense({ units, epsilon, kernelInitializer: 'heUniform', seed: random.uint32() });
}

function denseLayer(units: number, random: Random, activation?: 'softmax'): tfl.layers.Layer {
  const kernelInitializer = tfl.initializers.heUniform({ seed: random.uint32() });
  return tfl.layers.dense({ units, kernelInitializer, ...(activation && { activation }) });
}

/** Momentum with the decay of the papers: w ← w + v − decay·w. */
function decayed(optimizer: tf.Optimizer): tf.Optimizer {
  return wrapOptimizer(optimizer, (gradients, apply) => {
    const variables = tf.engine().registeredVariables;
    for (const { name } of gradients) {
      tf.tidy(() => variables[name]!.assign(tf.mul(variables[name]!, 1 - DECAY)));
    }
    apply(gradients);
  });
}
