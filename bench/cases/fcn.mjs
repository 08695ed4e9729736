import { full, kernel, labels, noise } from '../data.mjs';
import { trainingStep } from '../training-step.mjs';

const CLASSES = 6;

/** Filters and kernel size of the three blocks of the fully convolutional net for time series. */
const BLOCKS = [
  [128, 8],
  [256, 5],
  [128, 3],
];

function weights() {
  const all = [];
  let channels = 1;
  for (const [filters, kernelSize] of BLOCKS) {
    all.push(kernel([kernelSize, channels, filters], 2 + all.length), full([filters], 0));
    // Scale and offset of the batch normalisation.
    all.push(full([filters], 1), full([filters], 0));
    channels = filters;
  }
  return [...all, kernel([channels, CLASSES], 2 + all.length), full([CLASSES], 0)];
}

export default [
  trainingStep({
    name: 'FCN step 16×150×1, conv1d 128-256-128, batch norm',
    task: 'fcn',
    slowOnCpu: true,
    data: () => ({ x: noise([16, 150, 1], 1), y: labels(16, CLASSES), weights: weights() }),
    makeLayers: (layers) => [
      layers.inputLayer({ inputShape: [150, 1] }),
      ...BLOCKS.flatMap(([filters, kernelSize]) => [
        layers.conv1d({ filters, kernelSize, padding: 'same' }),
        layers.batchNormalization(),
        layers.activation({ activation: 'relu' }),
      ]),
      layers.globalAveragePooling1d({}),
      layers.dense({ units: CLASSES, activation: 'softmax' }),
    ],
  }),
];
