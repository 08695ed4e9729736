import { take } from '@arborize/datasets';
import { trulySparse } from '@arborize/lab';
import { mean } from '../judge.mjs';

/** 784-1000-1000-1000-10 on 10 000 images, 10 epochs. */
const short = {
  ...trulySparse,
  load: async (directory) => {
    const { train, ...rest } = await trulySparse.load(directory);
    return { ...rest, train: take(train, 10_000) };
  },
};
const gain = (better, worse) => (scores) => 100 * (mean(scores(better)) - mean(scores(worse)));

export default [
  {
    name: 'sparse-mnist-10k',
    what: 'test accuracy on MNIST of three sparse layers of 1000 units after 10 000 images and 10 epochs',
    experiment: short,
    data: 'mnist',
    run: {
      seeds: 2,
      scale: 'paper',
      variants: ['setAllRelu', 'setRelu', 'staticAllRelu'],
    },
    require: [
      { what: 'SET with All-ReLU, mean', measured: (scores) => mean(scores('setAllRelu')), atLeast: 0.94 },
      { what: 'All-ReLU over ReLU, points', measured: gain('setAllRelu', 'setRelu'), atLeast: 0.7 },
      { what: 'evolving over fixed, points', measured: gain('setAllRelu', 'staticAllRelu'), atLeast: 0.3 },
    ],
  },
  {
    name: 'sparse-mnist',
    what: 'test accuracy on MNIST of three layers of 1000 units, sparse and dense, 10 epochs',
    experiment: 'truly-sparse',
    data: 'mnist',
    run: { seeds: 1, scale: 'paper', variants: ['dense', 'setAllRelu'] },
    require: [
      { what: 'SET with All-ReLU over dense, points', measured: gain('setAllRelu', 'dense'), atLeast: -0.5 },
    ],
  },
];
