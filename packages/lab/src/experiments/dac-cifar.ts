import { Random } from '@arborize/core';
import { type Dataset, digits, loadImages, type Samples, split, subset } from '@arborize/datasets';
import { DACConv2D, dacResNet } from '@arborize/dendritic';
import type { Experiment, Scale, Variant } from '../experiment/experiment.ts';
import type { Picture } from '../experiment/picture.ts';
import { type Trained, trainModel } from '../experiment/train-model.ts';
import { resNet } from './res-net.ts';

const DEPTH = { small: 8, paper: 20 } as const;
const WIDTH = { small: 12, paper: 16 } as const;
/** Images of the user's folder that the small scale takes. */
const SMALL = { train: 1000, test: 1000 };

/** Whether a residual network classifies small images better with a bias for every pair of channels. */
export const dacCifar: Experiment = {
  name: 'dac-cifar',
  title: 'Biases for every connection, in a residual network',
  question:
    'Does a residual network with a bias and a ReLU for every pair of channels classify small images better than an ' +
    'ordinary one with as many parameters?',
  papers: [
    {
      title: 'Increasing biases can be more efficient than increasing weights',
      url: 'https://arxiv.org/abs/2301.00924',
    },
    { title: 'Deep residual learning for image recognition', url: 'https://arxiv.org/abs/1512.03385' },
  ],
  notes: [
    'resNetWider has one channel more than resNet and dac, which brings it to the parameters of dac or above.',
    'Give it a folder that has train and test, each with a folder of images for every class, such as CIFAR-10.',
    'Neither crops nor flips the images; weights do not decay.',
  ],
  metric: { name: 'accuracy', title: 'test accuracy' },
  baseline: 'resNetWider',
  variants: {
    resNetWider: ordinary(1),
    resNet: ordinary(0),
    dac: connected(null),
    dacGroups4: connected(4),
  },
  protocol: {
    small: {
      optimizer: 'adam',
      batchSize: 50,
      phases: [
        { epochs: 8, learningRate: 2e-3 },
        { epochs: 2, learningRate: 2e-4 },
      ],
    },
    paper: {
      optimizer: 'momentum',
      batchSize: 128,
      phases: [
        { epochs: 80, learningRate: 0.1 },
        { epochs: 40, learningRate: 0.01 },
        { epochs: 40, learningRate: 0.001 },
      ],
    },
  },
  embedded: () => ({ name: 'digits', ...split(digits({ count: 1500, seed: 0 })) }),
  load: async (directory, scale) => chosen(await loadImages(directory), scale),
};

function ordinary(more: number): Variant {
  return trainModel(
    ({ inputShape, outputs: classes, scale, random }) =>
      resNet({ depth: DEPTH[scale], width: WIDTH[scale] + more, classes, inputShape, random }),
    { center: true },
  );
}

function connected(biasGroups: number | null): Variant {
  return trainModel(
    ({ inputShape, outputs: classes, scale, random }) =>
      dacResNet({
        depth: DEPTH[scale],
        width: WIDTH[scale],
        classes,
        inputShape: inputShape as [number, number, number],
        biasGroups,
        seed: random.uint32(),
      }),
    { center: true, pictures: biasPictures },
  );
}

/** The biases of the first layer that has one for every pair of channels. */
async function biasPictures({ model, task }: Trained): Promise<Picture[]> {
  const layer = model.layers.find((each) => each.getClassName() === DACConv2D.className)!;
  const bias = layer.getWeights()[1]!;
  const [inputs, groups] = bias.shape as [number, number];
  const values = Array.from(await bias.data(), (value) => Number(value.toFixed(3)));
  return [
    {
      title: 'Biases of the first convolution’s connections',
      caption: 'An ordinary layer would have rows of one colour: one threshold for all who listen.',
      cells: Array.from({ length: inputs }, (_, i) => values.slice(i * groups, (i + 1) * groups)),
      center: 0,
      x: { title: groups === WIDTH[task.scale] ? 'channel out' : 'group of channels out' },
      y: { title: 'channel in' },
    },
  ];
}

/** All images, or as many of them, drawn at random, as the small scale takes. */
function chosen({ train, test, ...dataset }: Dataset, scale: Scale): Dataset {
  const some = (samples: Samples, count: number) =>
    scale === 'paper' || samples.count <= count
      ? samples
      : subset(samples, new Random(0).permutation(samples.count).subarray(0, count));
  return { ...dataset, train: some(train, SMALL.train), test: some(test, SMALL.test) };
}
