import { digits, split } from '@arborize/datasets';
import { trainModel } from '@arborize/lab';
import * as tf from '@tensorflow/tfjs-layers';
import { mean } from '../judge.mjs';

const { conv2d, dense, flatten, maxPooling2d } = tf.layers;

/** Layers in a row, each with its own seed, and softmax. */
const network = (hidden) =>
  trainModel(({ inputShape, outputs, random }) => {
    const seeded = () => ({ kernelInitializer: tf.initializers.glorotUniform({ seed: random.uint32() }) });
    const output = dense({ units: outputs, activation: 'softmax', ...seeded() });
    return tf.sequential({
      layers: [tf.layers.inputLayer({ inputShape: [...inputShape] }), ...hidden(seeded), output],
    });
  });

const phases = [
  { epochs: 8, learningRate: 2e-3 },
  { epochs: 4, learningRate: 5e-4 },
];
const protocol = { optimizer: 'adam', batchSize: 64, phases };

const difficulty = {
  name: 'digits',
  title: 'Difficulty of the generated digits',
  question:
    'Are the generated digits too hard for a linear model and learnable by a small convolutional network?',
  papers: [],
  metric: { name: 'accuracy', title: 'test accuracy' },
  baseline: 'linear',
  variants: {
    linear: network(() => [flatten()]),
    convolutional: network((seeded) => [
      conv2d({ filters: 16, kernelSize: 3, activation: 'relu', ...seeded() }),
      maxPooling2d({ poolSize: 2 }),
      conv2d({ filters: 32, kernelSize: 3, activation: 'relu', ...seeded() }),
      maxPooling2d({ poolSize: 2 }),
      flatten(),
      dense({ units: 64, activation: 'relu', ...seeded() }),
    ]),
  },
  protocol: { small: protocol, paper: protocol },
  embedded: () => ({ name: 'digits', ...split(digits({ count: 8000, seed: 0 }), { fraction: 0.75 }) }),
};

export default [
  {
    name: 'digits-difficulty',
    what: 'test accuracy on the generated digits, 6 000 to learn from and 2 000 to be judged by',
    experiment: difficulty,
    run: { seeds: 2 },
    require: [
      { what: 'linear model', measured: (scores) => scores('linear'), atMost: 0.9 },
      {
        what: 'small convolutional network, mean',
        measured: (scores) => mean(scores('convolutional')),
        atLeast: 0.97,
      },
    ],
  },
];
