import { full, kernel, labels, noise } from '../data.mjs';
import { trainingStep } from '../training-step.mjs';

// Plain JavaScript takes about a minute for a step on 128 images: on 8 it can be compared in every run.
export default [128, 8].map((batch) =>
  trainingStep({
    name: `CNN step 28×28×1, conv 32 and 64 3×3, batch ${batch}`,
    task: 'cnn',
    slowOnCpu: batch === 128,
    data: () => ({
      x: noise([batch, 28, 28, 1], 1),
      y: labels(batch, 10),
      weights: [
        kernel([3, 3, 1, 32], 2),
        full([32], 0),
        kernel([3, 3, 32, 64], 3),
        full([64], 0),
        kernel([1600, 10], 4),
        full([10], 0),
      ],
    }),
    makeLayers: (layers) => [
      layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
  }),
);
