import { setTimeout } from 'node:timers/promises';
import { Random } from '@arborize/core';
import type { Experiment, Variant } from '../experiment/experiment.ts';

/** An experiment that trains nothing but behaves like one: seeded, slow enough to be killed, with curves. */
export const fakeExperiment: Experiment = {
  name: 'fake',
  title: 'Nothing in particular',
  question: 'Does the runner keep what it is given?',
  papers: [],
  metric: { name: 'accuracy', title: 'test accuracy' },
  baseline: 'first',
  variants: { first: variant(0.8), second: variant(0.85), third: variant(0.9) },
  protocol: {
    small: { optimizer: 'sgd', batchSize: 1, phases: [{ epochs: 2, learningRate: 0.1 }] },
    paper: { optimizer: 'sgd', batchSize: 1, phases: [{ epochs: 4, learningRate: 0.1 }] },
  },
  embedded: () => ({ name: 'nothing', train: SAMPLES, test: SAMPLES }),
};

const SAMPLES = { shape: [1], xs: new Float32Array(1), ys: new Int32Array(1), classes: 1, count: 1 };

function variant(level: number): Variant {
  return async ({ seed, protocol, progress }) => {
    const random = new Random(seed);
    const epochs = protocol.phases[0]!.epochs;
    const curve = [];
    for (let epoch = 1; epoch <= epochs; epoch++) {
      await setTimeout(Number(process.env.FAKE_EPOCH_MS ?? 1));
      curve.push({ epoch, seconds: 0.001, accuracy: level + random.uniform(0, 0.01) });
      progress(epoch / epochs, `epoch ${epoch}/${epochs}`);
    }
    const pictures = [{ title: `levels of seed ${seed}`, cells: [[level, 1 - level]] }];
    return {
      metrics: { accuracy: curve.at(-1)!.accuracy },
      parameters: 10,
      curve,
      ...(seed === 0 && { pictures }),
    };
  };
}
