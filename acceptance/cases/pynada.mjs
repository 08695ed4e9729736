import { ADA } from '@arborize/activations';
import { loadMnist, take } from '@arborize/datasets';
import { PyramidalDense } from '@arborize/dendritic';
import { trainModel } from '@arborize/lab';
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers';
import { mean } from '../judge.mjs';

/** 784-100-10, as the authors' smallest network; `hidden` makes the layers of the hidden width. */
function network(hidden) {
  return trainModel(
    ({ inputShape, outputs, random }) => {
      const kernel = () => ({ kernelInitializer: initializers.glorotUniform({ seed: random.uint32() }) });
      return sequential({
        layers: [
          layers.inputLayer({ inputShape: [...inputShape] }),
          ...hidden(kernel),
          layers.dense({ units: outputs, activation: 'softmax', ...kernel() }),
        ],
      });
    },
    { flatten: true, center: true },
  );
}

const relu = (units) => network((kernel) => [layers.dense({ units, activation: 'relu', ...kernel() })]);
const phase = (epochs, learningRate) => ({ epochs, learningRate });
const adam = (...phases) => ({ optimizer: 'adam', batchSize: 64, phases });

/** Fashion-MNIST by one hidden layer of 100: short on 10 000 images, in full on 50 000. */
const fashion = {
  name: 'pynada-fashion',
  title: 'Pyramidal neurons on Fashion-MNIST',
  question: 'Do pyramidal neurons classify better than ReLU?',
  papers: [{ title: 'PyNADA', url: 'https://arxiv.org/abs/2003.03229' }],
  metric: { name: 'accuracy', title: 'test accuracy' },
  baseline: 'relu',
  variants: {
    relu: relu(100),
    relu200: relu(200),
    leakyAda: network((kernel) => [
      layers.dense({ units: 100, ...kernel() }),
      new ADA({ alpha: 0.1, leak: 0.01 }),
    ]),
    pyramidal: network((kernel) => [new PyramidalDense({ units: 100, alpha: 0.1, ...kernel() })]),
  },
  protocol: { small: adam(phase(5, 1e-3)), paper: adam(phase(5, 1e-3), phase(5, 1e-4)) },
  embedded: () => {
    throw new Error('pynada-fashion needs Fashion-MNIST: --data DIR');
  },
  load: async (directory, scale) => {
    const { train, ...rest } = await loadMnist(directory);
    return { ...rest, train: take(train, scale === 'small' ? 10_000 : 50_000) };
  },
};

export default [
  {
    name: 'pynada-xor',
    what: 'XOR by one neuron, 1000 steps of Adam',
    experiment: 'pynada-xor',
    run: { seeds: 10 },
    require: [
      {
        what: 'corners right from the given start',
        measured: (scores) => scores('adaGiven', 'accuracy'),
        atLeast: 1,
      },
      { what: 'MSE from the given start', measured: (scores) => scores('adaGiven', 'mse'), atMost: 2e-3 },
      {
        what: 'corners right from the given start, leaky',
        measured: (scores) => scores('leakyAdaGiven', 'accuracy'),
        atLeast: 1,
      },
      {
        what: 'MSE from the given start, leaky',
        measured: (scores) => scores('leakyAdaGiven', 'mse'),
        atMost: 2e-3,
      },
      {
        what: 'solved out of 10 random starts',
        measured: (scores) => scores('ada').reduce((sum, solved) => sum + solved, 0),
        atLeast: 1,
      },
    ],
  },
  {
    name: 'pynada-fashion-short',
    what: 'test accuracy on Fashion-MNIST of 784-100-10, 10 000 images, 5 epochs',
    experiment: fashion,
    data: ['fashion-mnist', '/usr/share/datasets/fashion-mnist'],
    run: { seeds: 3, variants: ['relu', 'leakyAda', 'pyramidal'] },
    require: [
      { what: 'leaky ADA, each seed', measured: (scores) => scores('leakyAda'), atLeast: 0.825 },
      { what: 'pyramidal, each seed', measured: (scores) => scores('pyramidal'), atLeast: 0.81 },
    ],
  },
  {
    name: 'pynada-fashion-full',
    what: 'test accuracy on Fashion-MNIST of 784-100-10, 50 000 images, 10 epochs',
    experiment: fashion,
    data: ['fashion-mnist', '/usr/share/datasets/fashion-mnist'],
    run: { seeds: 3, scale: 'paper' },
    require: [
      { what: 'pyramidal, mean', measured: (scores) => mean(scores('pyramidal')), atLeast: 0.88 },
      {
        what: 'pyramidal minus ReLU of 100 units, mean',
        measured: (scores) => mean(scores('pyramidal')) - mean(scores('relu')),
        atLeast: -0.003,
      },
    ],
  },
];
