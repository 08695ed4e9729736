import type { Result } from '../run/results-file.ts';
import type { RunRecord } from '../run/run-record.ts';

/** The record of a run that never was, for tests of the report. */
export const fakeRecord: RunRecord = {
  format: 1,
  about: {
    title: 'Fake <variants>',
    question: 'Does it matter?',
    papers: [{ title: 'A paper', url: 'https://example.org/?a=1&b=2' }],
    metric: { name: 'accuracy', title: 'test accuracy' },
    baseline: 'plain',
  },
  settings: {
    experiment: 'fake',
    variants: ['plain', 'better', 'same'],
    scale: 'small',
    backend: 'cpu',
    seeds: 2,
    epochs: 2,
    protocol: { optimizer: 'adam', batchSize: 32, phases: [{ epochs: 2, learningRate: 0.01 }] },
    data: { name: 'fake data', source: null, train: 100, test: 50 },
  },
  environment: { device: 'cpu', node: 'v20.19.0', lab: '1.2.3', started: '2026-01-02T03:04:05.000Z' },
  pictures: [
    {
      title: 'identity',
      lines: [
        {
          label: 'f',
          points: [
            [-1, -1],
            [1, 1],
          ],
        },
      ],
    },
  ],
};

/** A finished training of {@link fakeRecord}. */
export function fakeResult(variant: string, seed: number, accuracy: number, parameters = 1000): Result {
  return {
    experiment: 'fake',
    variant,
    seed,
    backend: 'cpu',
    metrics: { accuracy },
    parameters,
    curve: [
      { epoch: 1, seconds: 0.5, accuracy: accuracy - 0.1 },
      { epoch: 2, seconds: 0.7, accuracy },
    ],
    seconds: 1.5,
  };
}

/** `better` is ahead by far more than the spread, `same` by less. */
export const fakeResults: readonly Result[] = [
  fakeResult('plain', 0, 0.9),
  fakeResult('better', 0, 0.95),
  fakeResult('same', 0, 0.901),
  fakeResult('plain', 1, 0.904),
  fakeResult('better', 1, 0.954),
  fakeResult('same', 1, 0.905),
];
