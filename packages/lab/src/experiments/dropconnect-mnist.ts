import type { Random } from '@arborize/core';
import { type Dataset, digits, loadMnist, type Samples, split, take, toTensors } from '@arborize/datasets';
import { DropConnectDense, type DropConnectDenseOptions } from '@arborize/sparse';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { evaluate } from '../experiment/evaluate.ts';
import type { Experiment, Scale, Variant } from '../experiment/experiment.ts';
import { type TrainModelOptions, trainModel } from '../experiment/train-model.ts';
import { preActivationPictures } from './dropconnect-pictures.ts';
import { SeededDropout } from './seeded-dropout.ts';

/** Units of the two hidden layers. */
const HIDDEN: Record<Scale, number> = { small: 128, paper: 800 };
/** The small setting learns from so few images that regularisation matters. */
const FEW = 1000;
/** Images that the learning curve is measured on; more would take longer than the training. */
const CURVE = 1000;

/** What dropping weights, a mask for each example, does to a net that would over-fit. */
export const dropconnectMnist: Experiment = {
  name: 'dropconnect-mnist',
  title: 'DropConnect against Dropout',
  question:
    'Does dropping weights, other ones for every example, generalise better from few images than dropping units or nothing, and ' +
    'what remains of it with one mask for a batch or with Gaussian noise?',
  papers: [
    {
      title: 'Regularization of Neural Networks using DropConnect',
      url: 'https://proceedings.mlr.press/v28/wan13.html',
    },
  ],
  notes: [
    'Two hidden layers of ReLU; half of their weights, or of their units, are dropped. All variants have the same parameters.',
    'Small: 1000 training images. Paper: all of them, two layers of 800 units, first weights N(0, 0.1), batches of 128, for 1020 epochs.',
    'The curve is measured on 1000 test images, the table on all.',
    'DropConnect infers by the mean of each activation over normal inputs; the last column is the same net with the activation of the mean.',
  ],
  metric: { name: 'accuracy', title: 'test accuracy' },
  otherMetrics: [{ name: 'meanInference', title: 'by mean inference' }],
  baseline: 'none',
  variants: {
    none: network({}),
    dropout: network({ dropout: true }),
    dropConnect: network({ dropConnect: {} }),
    gaussian: network({ dropConnect: { trainingMode: 'gaussian' } }),
    batchMask: network({ dropConnect: { maskScope: 'batch' } }),
  },
  protocol: {
    small: {
      optimizer: 'momentum',
      batchSize: 100,
      phases: [
        { epochs: 60, learningRate: 0.1 },
        { epochs: 25, learningRate: 0.02 },
        { epochs: 15, learningRate: 0.004 },
      ],
    },
    paper: {
      optimizer: 'momentum',
      batchSize: 128,
      phases: [
        { epochs: 600, learningRate: 0.1 },
        { epochs: 400, learningRate: 0.05 },
        { epochs: 20, learningRate: 0.01 },
      ],
    },
  },
  embedded: (scale) => few({ name: 'digits', ...split(digits({ count: 5000, seed: 0 })) }, scale),
  load: async (directory, scale) => few(await loadMnist(directory), scale),
};

function few({ train, ...rest }: Dataset, scale: Scale): Dataset {
  return { ...rest, train: scale === 'small' ? take(train, FEW) : train };
}

interface NetworkOptions {
  readonly dropout?: boolean;
  readonly dropConnect?: Partial<DropConnectDenseOptions>;
}

function network({ dropout, dropConnect }: NetworkOptions): Variant {
  const build: Parameters<typeof trainModel>[0] = ({ inputShape, outputs, scale, random }) => {
    const model = tfl.sequential({ layers: [tfl.layers.inputLayer({ inputShape: [...inputShape] })] });
    for (const layer of [1, 2]) {
      const units = HIDDEN[scale];
      if (dropConnect) {
        const scaling = scale === 'paper' ? 'paper' : 'inverted';
        const seed = random.uint32();
        const published = scale === 'paper' && { kernelInitializer: normal(seed) };
        const own = { units, activation: 'relu', scaling, seed, ...published } as const;
        model.add(new DropConnectDense({ ...own, ...dropConnect }));
      } else {
        model.add(dense(units, 'relu', scale, random));
        if (dropout) model.add(new SeededDropout(0.5, random.fork(layer)));
      }
    }
    model.add(dense(outputs, scale === 'paper' ? 'linear' : 'softmax', scale, random));
    return model;
  };
  return (task) => {
    const { test } = task.data;
    const options: TrainModelOptions = {
      flatten: true,
      // First weights as large as published saturate a softmax, where a clipped cross-entropy has no gradient.
      logits: task.scale === 'paper',
      measure: async ({ model }) => ({
        ...(await evaluate(model, test)),
        ...(dropConnect && { meanInference: await byMean(model, test) }),
      }),
      ...(dropConnect && Object.keys(dropConnect).length === 0 && { pictures: preActivationPictures }),
    };
    const data = { ...task.data, test: take(test, Math.min(CURVE, test.count)) };
    return trainModel(build, options)({ ...task, data });
  };
}

function dense(
  units: number,
  activation: 'relu' | 'softmax' | 'linear',
  scale: Scale,
  random: Random,
): tfl.layers.Layer {
  const seed = random.uint32();
  const kernelInitializer = scale === 'paper' ? normal(seed) : tfl.initializers.heNormal({ seed });
  return tfl.layers.dense({ units, activation, kernelInitializer });
}

/** N(0, 0.1), as published: masks without 1/p halve what a layer hands on, which He's half as large weights do not make up for. */
function normal(seed: number) {
  return tfl.initializers.randomNormal({ mean: 0, stddev: 0.1, seed });
}

/** The test accuracy of the net whose layers take the activation of the mean. */
async function byMean(model: tfl.LayersModel, test: Samples): Promise<number> {
  const { xs, ys } = toTensors(test, { flatten: true });
  const plain = model.layers.map((layer) => (layer instanceof DropConnectDense ? layer.toDense() : layer));
  const right = tf.tidy(() => {
    const y = plain.reduce<tf.Tensor>((x, layer) => layer.call(x, {}) as tf.Tensor, xs);
    return tf.mean(tf.equal(tf.argMax(y, -1), tf.argMax(ys, -1)));
  });
  const [accuracy] = await right.data();
  tf.dispose([right, xs, ys]);
  for (const layer of plain) {
    if (!model.layers.includes(layer)) for (const weight of layer.weights) weight.dispose();
  }
  return accuracy!;
}
