import {
  ADA,
  AllReLU,
  LogicalDense,
  type LogicalDenseOptions,
  registerActivations,
} from '@arborize/activations';
import { digits, loadMnist, split } from '@arborize/datasets';
import * as tf from '@tensorflow/tfjs-layers';
import type { Experiment, Variant } from '../experiment/experiment.ts';
import { trainModel } from '../experiment/train-model.ts';
import { activationPictures } from './activation-pictures.ts';

/** Widths of the hidden layers. Duplicated gates read pairs and answer twice, so they keep width and parameters too. */
const HIDDEN = { small: [128, 64], paper: [100] } as const;

/** The layers of one hidden layer of the network; `index` is 1 for the first. */
type HiddenLayer = (args: DenseArgs, index: number) => tf.layers.Layer[];
type DenseArgs = Parameters<typeof tf.layers.dense>[0];

/** Which activation classifies best in a plain network: ten published ones against ReLU. */
export const activations: Experiment = {
  name: 'activations',
  title: 'Activations against ReLU',
  question:
    'Does a smooth, a dendritic or a logical activation classify handwritten digits better than ReLU in a plain network ' +
    'of the same size?',
  papers: [
    { title: 'Nish', url: 'https://arxiv.org/abs/2210.09083' },
    { title: 'ADA, the dendritic activation', url: 'https://arxiv.org/abs/2003.03229' },
    { title: 'Logical activation functions', url: 'https://arxiv.org/abs/2110.11940' },
    { title: 'All-ReLU', url: 'https://arxiv.org/abs/2102.01732' },
  ],
  metric: { name: 'accuracy', title: 'test accuracy' },
  baseline: 'relu',
  variants: {
    relu: network(named('relu')),
    nish: network(named('nish')),
    nishSinlu: network(named('nishSinlu')),
    ada: network(named('ada')),
    leakyAda: network(layered(() => new ADA({ alpha: 0.1, c: 0, leak: 0.01 }))),
    allReLU: network(layered((hiddenLayer) => new AllReLU({ hiddenLayer }))),
    orAnd: network(logical(['or', 'and'])),
    orXnor: network(logical(['or', 'xnor'])),
    mish: network(named('mish')),
    silu: network(named('swish')),
    gelu: network(named('gelu')),
  },
  protocol: {
    small: {
      optimizer: 'adam',
      batchSize: 64,
      phases: [
        { epochs: 4, learningRate: 1e-3 },
        { epochs: 1, learningRate: 1e-4 },
      ],
    },
    paper: {
      optimizer: 'adam',
      batchSize: 64,
      phases: [
        { epochs: 5, learningRate: 1e-3 },
        { epochs: 5, learningRate: 1e-4 },
      ],
    },
  },
  embedded: () => ({ name: 'digits', ...split(digits({ count: 5000, seed: 0 })) }),
  load: (directory) => loadMnist(directory),
  pictures: activationPictures,
};

/** Hidden layers of one kind, then softmax; Glorot-uniform kernels, and inputs around zero. */
function network(hiddenLayer: HiddenLayer): Variant {
  return trainModel(
    ({ inputShape, outputs, scale, random }) => {
      registerActivations();
      const args = (units: number) => ({
        units,
        kernelInitializer: tf.initializers.glorotUniform({ seed: random.uint32() }),
      });
      const model = tf.sequential();
      model.add(tf.layers.inputLayer({ inputShape: [...inputShape] }));
      for (const [i, units] of HIDDEN[scale].entries()) {
        for (const layer of hiddenLayer(args(units), i + 1)) model.add(layer);
      }
      model.add(tf.layers.dense({ ...args(outputs), activation: 'softmax' }));
      return model;
    },
    { flatten: true, center: true },
  );
}

/** A dense layer with an activation that has a name. */
function named(activation: string): HiddenLayer {
  return (args) => [tf.layers.dense({ ...args, activation: activation as DenseArgs['activation'] })];
}

/** A dense layer followed by an activation that is a layer of its own. */
function layered(activation: (index: number) => tf.layers.Layer): HiddenLayer {
  return (args, index) => [tf.layers.dense(args), activation(index)];
}

/** A dense layer whose outputs are gates over pairs, each pair going through every gate. */
function logical(ops: LogicalDenseOptions['ops']): HiddenLayer {
  return (args) => [new LogicalDense({ ...args, ops, strategy: 'duplicate', normalized: true })];
}
