import { take } from '@arborize/datasets';
import { dendriticMnist } from '@arborize/lab';
import { mean } from '../judge.mjs';

const short = {
  ...dendriticMnist,
  load: async (directory, scale) => {
    const { train, ...rest } = await dendriticMnist.load(directory, scale);
    return { ...rest, train: take(train, 10_000) };
  },
};

/** All images, enlarged to 32×32 as the authors have them. */
const enlarged = { ...dendriticMnist, load: (directory) => dendriticMnist.load(directory, 'paper') };

/** By how much the first beats the second, in means over the seeds. */
const lead = (first, second) => (scores) => mean(scores(first)) - mean(scores(second));

export default [
  {
    name: 'dendritic-mnist-10k',
    what: 'test accuracy of ten trees [28, 28] after 10 000 images of MNIST and 10 epochs',
    experiment: short,
    data: 'mnist',
    run: { seeds: 3, variants: ['mlp', 'trees'] },
    require: [
      { what: 'trees, each seed', measured: (scores) => scores('trees'), atLeast: 0.905 },
      { what: 'trees, mean', measured: (scores) => mean(scores('trees')), atLeast: 0.915 },
      { what: 'trees − network of as many parameters', measured: lead('trees', 'mlp'), atLeast: 0.005 },
    ],
  },
  // Ten seeds: the network's accuracy spreads by 0.4 to 1 points, so that a lead over three is uncertain by half a point.
  {
    name: 'dendritic-mnist-full',
    what: 'test accuracy of ten trees [28, 28] after all of MNIST and 5 epochs',
    experiment: 'dendritic-mnist',
    data: 'mnist',
    run: { seeds: 10, epochs: 5, variants: ['mlp', 'trees'] },
    require: [
      { what: 'trees − network of as many parameters', measured: lead('trees', 'mlp'), atLeast: 0.01 },
    ],
  },
  {
    name: 'dendritic-mnist-enlarged',
    what: 'test accuracy of ten trees [32, 32] after all of MNIST, enlarged to 32×32, and 5 epochs',
    experiment: enlarged,
    data: 'mnist',
    run: { seeds: 10, epochs: 5, variants: ['mlp', 'trees'] },
    require: [
      { what: 'trees − network of as many parameters', measured: lead('trees', 'mlp'), atLeast: 0.01 },
    ],
  },
  {
    name: 'dendritic-few-images',
    what: 'test accuracy of ten trees [32, 32] after 100 steps on 128 images of MNIST, the setting of the paper',
    experiment: 'dendritic-mnist',
    data: 'mnist',
    run: { seeds: 5, scale: 'paper' },
    require: [
      { what: 'trees, mean', measured: (scores) => mean(scores('trees')), atLeast: 0.68, published: 0.77 },
      {
        what: 'dropout 0.4 − none',
        measured: lead('treesDropout', 'trees'),
        atLeast: -0.01,
        published: 0.05,
      },
      {
        what: 'branches 32 − branches 2',
        measured: lead('trees', 'deepTrees'),
        atLeast: 0.05,
        published: 0.18,
      },
    ],
  },
];
