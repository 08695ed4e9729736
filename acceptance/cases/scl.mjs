import { take } from '@arborize/datasets';
import { learnedNetwork, sclMnist } from '@arborize/lab';
import { maskUpdate } from '@arborize/sparse';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { mean } from '../judge.mjs';

/** The masks' rule with a negative slope in place of the step's derivative: each step is taken backwards. */
function backwards(model) {
  const layers = model.layers.filter((layer) => 'connectivityMask' in layer);
  const steps = new Map();
  return new tfl.CustomCallback({
    onBatchBegin: async () => {
      for (const layer of layers) {
        layer.recorder = (weights, gradient) => {
          layer.recorder = null;
          steps.set(layer, { weights, gradient });
        };
      }
    },
    onBatchEnd: async () => {
      for (const [{ connectivityMask }, { weights, gradient }] of steps) {
        const mask = connectivityMask.read();
        tf.tidy(() => mask.assign(tf.sub(tf.mul(2, mask), maskUpdate({ mask, weights, gradient }))));
        tf.dispose([weights, gradient]);
      }
      steps.clear();
    },
  });
}

/** 784-300-100-10 on the first 10 000 images, 15 epochs. */
const short = {
  ...sclMnist,
  variants: { ...sclMnist.variants, negativeSlope: learnedNetwork((model) => [backwards(model)]) },
  load: async (directory) => {
    const { train, ...rest } = await sclMnist.load(directory);
    return { ...rest, train: take(train, 10_000) };
  },
};

const accuracy = (variant) => (scores) => mean(scores(variant));
const density = (variant) => (scores) => mean(scores(variant, 'density'));
const points = (better, worse) => (scores) => 100 * (mean(scores(better)) - mean(scores(worse)));

export default [
  {
    name: 'scl-mnist-10k',
    what: 'learned connectivity of 784-300-100-10 on 10 000 images of MNIST, 15 epochs: test accuracy and density',
    experiment: short,
    data: 'mnist',
    run: {
      seeds: 1,
      scale: 'paper',
      variants: [
        'lambda01',
        'lambda03',
        'lambda002',
        'negativeSlope',
        'neverFrozen',
        'dense',
        'random',
        'target005',
      ],
    },
    require: [
      { what: 'λ = 0.1, accuracy', measured: accuracy('lambda01'), atLeast: 0.959 },
      { what: 'λ = 0.1, density', measured: density('lambda01'), atLeast: 0.04 },
      { what: 'λ = 0.1, density', measured: density('lambda01'), atMost: 0.09 },
      { what: 'λ = 0.3, accuracy', measured: accuracy('lambda03'), atLeast: 0.945 },
      { what: 'λ = 0.3, density', measured: density('lambda03'), atMost: 0.025 },
      {
        what: 'density falls from λ = 0.02 to 0.1 to 0.3, smaller fall',
        measured: (scores) => {
          const [a, b, c] = ['lambda002', 'lambda01', 'lambda03'].map((name) => density(name)(scores));
          return Math.min(a - b, b - c);
        },
        atLeast: 1e-6,
      },
      {
        what: 'output layer denser than the first, λ = 0.1',
        measured: (scores) => mean(scores('lambda01', 'density3')) - mean(scores('lambda01', 'density1')),
        atLeast: 1e-6,
      },
      { what: 'negative slope, density', measured: density('negativeSlope'), atLeast: 0.9 },
      {
        what: 'freezing over never freezing, points',
        measured: points('lambda01', 'neverFrozen'),
        atLeast: -0.1,
      },
    ],
  },
];
