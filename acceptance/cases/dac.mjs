import { mean } from '../judge.mjs';

/** Mean test MSE of one variant as a part of another's. */
const part = (variant, of) => (scores) => mean(scores(variant, 'testLoss')) / mean(scores(of, 'testLoss'));

export default [
  {
    name: 'dac-friedman',
    what: 'test MSE on Friedman’s first problem, 5-h-h-1, 3000 steps',
    experiment: 'dac-friedman',
    run: { seeds: 3, variants: ['relu16', 'relu22', 'relu24', 'dac', 'dacGroups4', 'dacGroups1'] },
    require: [
      { what: 'DAC h=16 as a part of ReLU h=16', measured: part('dac', 'relu16'), atMost: 0.6 },
      { what: 'DAC h=16 as a part of ReLU h=24', measured: part('dac', 'relu24'), atMost: 1 },
      { what: '4 groups as a part of 1 group', measured: part('dacGroups4', 'dacGroups1'), atMost: 0.75 },
    ],
  },
  {
    name: 'dac-cifar',
    what: 'test accuracy on CIFAR-10 of a residual network of 8 layers, 1000 images, 10 epochs',
    experiment: 'dac-cifar',
    data: 'cifar10',
    run: { seeds: 3, variants: ['resNetWider', 'resNet', 'dac'] },
    require: [
      {
        what: 'DAC minus ordinary, mean',
        measured: (scores) => mean(scores('dac')) - mean(scores('resNet')),
        atLeast: 0,
        published: 'up to +0.0173, 20 layers and more',
      },
    ],
  },
];
