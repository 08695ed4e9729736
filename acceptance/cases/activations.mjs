import { loadMnist, take } from '@arborize/datasets';
import { activations } from '@arborize/lab';
import { mean } from '../judge.mjs';

const NEW = ['nish', 'nishSinlu', 'ada', 'leakyAda', 'allReLU', 'orAnd', 'orXnor'];

/** 784-100-10, 10 000 images, 5 epochs of Adam at 1e-3. */
const short = {
  ...activations,
  protocol: {
    ...activations.protocol,
    paper: { optimizer: 'adam', batchSize: 64, phases: [{ epochs: 5, learningRate: 1e-3 }] },
  },
  load: async (directory) => {
    const { train, ...rest } = await loadMnist(directory);
    return { ...rest, train: take(train, 10_000) };
  },
};
const each = (variant) => (scores) => scores(variant);

export default [
  {
    name: 'activations-mnist',
    what: 'test accuracy on MNIST of a network of 128 and 64 hidden units, 5 epochs',
    experiment: 'activations',
    data: 'mnist',
    run: { seeds: 3, variants: ['relu', ...NEW] },
    require: [
      { what: 'ReLU, mean', measured: (scores) => mean(scores('relu')), atLeast: 0.97 },
      {
        what: 'the fourth best of the new activations, mean',
        measured: (scores) => NEW.map((variant) => mean(scores(variant))).sort((a, b) => b - a)[3],
        atLeast: 0.97,
      },
    ],
  },
  {
    name: 'activations-fashion',
    what: 'test accuracy on Fashion-MNIST of 100 hidden units after 10 000 images and 5 epochs',
    experiment: short,
    data: ['fashion-mnist', '/usr/share/datasets/fashion-mnist'],
    run: { seeds: 3, scale: 'paper', variants: ['nish', 'nishSinlu', 'leakyAda', 'orXnor', 'mish', 'relu'] },
    require: [
      { what: 'Nish, product', measured: each('nish'), atLeast: 0.825 },
      { what: 'Nish, sinlu', measured: each('nishSinlu'), atLeast: 0.825 },
      { what: 'leaky ADA, α = 0.1', measured: each('leakyAda'), atLeast: 0.825 },
      { what: 'OR and XNOR, duplicated', measured: each('orXnor'), atLeast: 0.825 },
    ],
  },
];
