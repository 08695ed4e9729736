import { mean } from '../judge.mjs';

const NEW = ['nish', 'nishSinlu', 'ada', 'leakyAda', 'allReLU', 'orAnd', 'orXnor'];

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
];
