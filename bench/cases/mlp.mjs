import { full, kernel, labels, noise } from '../data.mjs';
import { trainingStep } from '../training-step.mjs';

export default [
  trainingStep({
    name: 'MLP step 784-1024-1024-10, batch 128',
    task: 'mlp',
    data: () => ({
      x: noise([128, 784], 1),
      y: labels(128, 10),
      weights: [
        kernel([784, 1024], 2),
        full([1024], 0),
        kernel([1024, 1024], 3),
        full([1024], 0),
        kernel([1024, 10], 4),
        full([10], 0),
      ],
    }),
    makeLayers: (layers) => [
      layers.dense({ units: 1024, activation: 'relu', inputShape: [784] }),
      layers.dense({ units: 1024, activation: 'relu' }),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
  }),
];
