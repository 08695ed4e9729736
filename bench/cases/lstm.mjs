import { full, kernel, labels, noise } from '../data.mjs';
import { trainingStep } from '../training-step.mjs';

const UNITS = 64;
const FEATURES = 16;

export default [
  trainingStep({
    name: 'LSTM step 64 units, 50 steps of 16 features, batch 32',
    task: 'lstm',
    data: () => ({
      x: noise([32, 50, FEATURES], 1),
      y: labels(32, 10),
      weights: [
        noise([FEATURES, 4 * UNITS], 2, 0.2),
        noise([UNITS, 4 * UNITS], 3, 0.2),
        full([4 * UNITS], 0),
        kernel([UNITS, 10], 4),
        full([10], 0),
      ],
    }),
    makeLayers: (layers) => [
      layers.lstm({
        units: UNITS,
        inputShape: [50, FEATURES],
        recurrentActivation: 'sigmoid',
        // All weights are replaced; the default takes long to compute.
        recurrentInitializer: 'zeros',
      }),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
  }),
];
