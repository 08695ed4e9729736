import { Random } from '@arborize/core';
import { type Dataset, digits, loadMnist, type Samples, split, subset, take } from '@arborize/datasets';
import {
  type DendriticClassifierOptions,
  dendriticClassifier,
  matchingMlpWidth,
  treeParameterCount,
} from '@arborize/dendritic';
import * as tf from '@tensorflow/tfjs-layers';
import { evaluate } from '../experiment/evaluate.ts';
import type { Experiment, Scale, Variant } from '../experiment/experiment.ts';
import { type ModelRequest, type TrainModelOptions, trainModel } from '../experiment/train-model.ts';
import { treePictures } from './tree-pictures.ts';

/** The paper trains on one batch of images, drawn once, of this size and enlarged to this side. */
const FEW = 128;
const SIDE = 32;
/** Images that its curve is measured on. */
const CURVE = 1000;

/** Whether trees of many branches classify better than a perceptron with one hidden layer of as many parameters. */
export const dendriticMnist: Experiment = {
  name: 'dendritic-mnist',
  title: 'Dendritic trees against a perceptron',
  question:
    'Does a layer of ten dendritic trees classify handwritten digits better than a network with a hidden layer of at least ' +
    'as many parameters?',
  papers: [
    {
      title: 'Parameter efficient dendritic-tree neurons outperform perceptrons',
      url: 'https://arxiv.org/abs/2207.00708',
    },
  ],
  notes: [
    'Trees learn at a rate of 0.005, the network at 0.001, each near its best; in the setting of the paper at 0.05 and 0.001.',
    'In the setting of the paper each seed draws 128 images to learn from; the test is on all test images, not on 100, and the curve on 1000.',
  ],
  metric: { name: 'accuracy', title: 'test accuracy' },
  baseline: 'mlp',
  variants: {
    mlp: perceptron(),
    trees: trees({}),
    treesDropout: trees({}, { small: 0.1, paper: 0.4 }),
    deepTrees: trees({ branching: 2, padInput: true }),
  },
  protocol: {
    small: { optimizer: 'adam', batchSize: 128, phases: [{ epochs: 10, learningRate: 0.005 }] },
    paper: { optimizer: 'adam', batchSize: FEW, phases: [{ epochs: 100, learningRate: 0.05 }] },
  },
  embedded: (scale) => prepared({ name: 'digits', ...split(digits({ count: 5000, seed: 0 })) }, scale),
  load: async (directory, scale) => prepared(await loadMnist(directory), scale),
};

/** One tree for each class over all pixels; two levels of √n branches unless the options say otherwise. */
function trees(
  options: Partial<DendriticClassifierOptions>,
  dropout: Readonly<Record<Scale, number>> = { small: 0, paper: 0 },
): Variant {
  return classifier(
    ({ inputShape, outputs, scale, random }) =>
      dendriticClassifier({
        ...options,
        inputShape,
        classes: outputs,
        inputDropout: dropout[scale],
        seed: random.uint32(),
      }),
    options.branching ? {} : { pictures: treePictures },
  );
}

/** One hidden layer of ReLU, as wide as it takes to have no fewer parameters than the trees of two levels. */
function perceptron(): Variant {
  return classifier(
    ({ inputShape, outputs, random }) => {
      const inputs = inputShape[0]!;
      const layer = (units: number) => ({
        units,
        kernelInitializer: tf.initializers.heNormal({ seed: random.uint32() }),
      });
      const { total } = treeParameterCount(inputs, 'sqrt', outputs);
      const width = matchingMlpWidth({ inputs, outputs, parameters: total });
      return tf.sequential({
        layers: [
          tf.layers.dense({ ...layer(width), activation: 'relu', inputShape: [inputs] }),
          tf.layers.dense(layer(outputs)),
        ],
      });
    },
    { protocol: { phases: [{ epochs: 1, learningRate: 0.001 }] } },
  );
}

/**
 * Trains a classifier that gives logits. In the setting of the paper each seed draws the few images to learn from, and
 * the curve, which has a point for every step, is measured on part of the test set only.
 */
function classifier(build: (request: ModelRequest) => tf.LayersModel, more: TrainModelOptions): Variant {
  const options = { flatten: true, logits: true, ...more };
  return (task) => {
    const { train, test } = task.data;
    if (task.scale === 'small') return trainModel(build, options)(task);
    const drawn = new Random(task.seed).permutation(train.count).subarray(0, FEW);
    const data = { ...task.data, train: subset(train, drawn), test: take(test, Math.min(CURVE, test.count)) };
    return trainModel(build, { ...options, measure: ({ model }) => evaluate(model, test) })({
      ...task,
      data,
    });
  };
}

/** Pixels of zero mean and unit variance over the training set; for the paper, of enlarged images. */
function prepared({ train, test, ...rest }: Dataset, scale: Scale): Dataset {
  const mean = train.xs.reduce((sum, x) => sum + x, 0) / train.xs.length;
  const variance = train.xs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / train.xs.length;
  const prepare = (samples: Samples): Samples => {
    const sized = scale === 'paper' ? enlarged(samples, SIDE) : samples;
    return { ...sized, xs: sized.xs.map((x) => (x - mean) / Math.sqrt(variance)) };
  };
  return { ...rest, train: prepare(train), test: prepare(test) };
}

/** Square images at another side, each pixel taken from the nearest one. */
function enlarged(samples: Samples, side: number): Samples {
  const old = samples.shape[0]!;
  const from = Array.from({ length: side }, (_, i) => Math.floor((i * old) / side));
  const xs = new Float32Array(samples.count * side * side);
  let at = 0;
  for (let image = 0; image < samples.count; image++) {
    for (const row of from) {
      for (const column of from) xs[at++] = samples.xs[(image * old + row) * old + column]!;
    }
  }
  return { ...samples, shape: [side, side, 1], xs };
}
