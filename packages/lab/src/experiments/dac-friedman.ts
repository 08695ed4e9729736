import { type Dataset, friedman, type Samples, split } from '@arborize/datasets';
import { dacMLP } from '@arborize/dendritic';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Experiment, Protocol, Variant } from '../experiment/experiment.ts';
import type { Picture } from '../experiment/picture.ts';
import { type Trained, trainModel } from '../experiment/train-model.ts';

/** Width of the hidden layers of every network with a bias for each connection. */
const WIDTH = 16;

/** About 3000 steps in batches of 64 out of 2000 samples. */
const protocol: Protocol = {
  optimizer: 'adam',
  batchSize: 64,
  phases: [
    { epochs: 66, learningRate: 3e-3 },
    { epochs: 28, learningRate: 3e-4 },
  ],
};

/** Whether biases of connections, instead of neurons, fit a smooth function better for the same number of parameters. */
export const dacFriedman: Experiment = {
  name: 'dac-friedman',
  title: 'Biases for every connection, on a regression problem',
  question:
    'Does a network with a bias and a ReLU in every connection fit a function of five numbers better than an ordinary one ' +
    'with as many parameters, and how many groups of biases does it take?',
  papers: [
    {
      title: 'Increasing biases can be more efficient than increasing weights',
      url: 'https://arxiv.org/abs/2301.00924',
    },
  ],
  notes: [
    'Two hidden layers each; the number in a name is the width of an ordinary network, or the number of bias groups of one of width 16.',
    'The data are Friedman’s first problem without noise, targets scaled to unit variance, inputs to [−1, 1].',
  ],
  metric: { name: 'rmse', title: 'test RMSE', format: 'number', better: 'lower' },
  otherMetrics: [{ name: 'testLoss', title: 'test MSE', format: 'number', decimals: 6, better: 'lower' }],
  baseline: 'relu22',
  variants: {
    relu16: ordinary(16),
    relu22: ordinary(22),
    relu24: ordinary(24),
    dac: connected(null),
    dacGroups8: connected(8),
    dacGroups4: connected(4),
    dacGroups2: connected(2),
    dacGroups1: connected(1),
  },
  protocol: { small: protocol, paper: protocol },
  embedded: () => {
    const { train, test } = split(friedman({ count: 4000, features: 5, noise: 0, seed: 0 }), {
      fraction: 0.5,
    });
    return scaled({ name: 'Friedman', train, test });
  },
};

function ordinary(width: number): Variant {
  return trainModel(({ inputShape, outputs, random }) => {
    const dense = (units: number, more: object) =>
      tfl.layers.dense({
        units,
        kernelInitializer: tfl.initializers.glorotUniform({ seed: random.uint32() }),
        ...more,
      });
    return tfl.sequential({
      layers: [
        dense(width, { inputShape: [...inputShape], activation: 'relu' }),
        dense(width, { activation: 'relu' }),
        dense(outputs, {}),
      ],
    });
  });
}

function connected(biasGroups: number | null): Variant {
  return trainModel(
    ({ inputShape, outputs, random }) =>
      dacMLP({ inputs: inputShape[0]!, hidden: [WIDTH, WIDTH], outputs, biasGroups, seed: random.uint32() }),
    { pictures: biasPictures },
  );
}

/** The biases of the middle layer, which began at 0: a row for each input, a column for each output or group. */
async function biasPictures({ model }: Trained): Promise<Picture[]> {
  const bias = model.layers[1]!.getWeights()[1]!;
  const [inputs, groups] = bias.shape as [number, number];
  const values = Array.from(await bias.data(), (value) => Number(value.toFixed(3)));
  return [
    {
      title: 'Biases of the connections',
      caption: 'An ordinary layer would have rows of one colour: one threshold for all who listen.',
      cells: Array.from({ length: inputs }, (_, i) => values.slice(i * groups, (i + 1) * groups)),
      center: 0,
      x: { title: groups === WIDTH ? 'output' : 'group of outputs' },
      y: { title: 'input' },
    },
  ];
}

/** Inputs in [−1, 1], targets with the mean 0 and the variance 1 of the training set. */
function scaled({ name, train, test }: Dataset): Dataset {
  const mean = average(train.ys);
  const deviation = Math.sqrt(average(Array.from(train.ys, (y) => (y - mean) ** 2)));
  const scale = (samples: Samples): Samples => ({
    ...samples,
    xs: samples.xs.map((x) => 2 * x - 1),
    ys: Float32Array.from(samples.ys, (y) => (y - mean) / deviation),
  });
  return { name, train: scale(train), test: scale(test) };
}

function average(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}
