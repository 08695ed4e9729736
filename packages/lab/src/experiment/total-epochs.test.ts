import { describe, expect, it } from 'vitest';
import { totalEpochs, withEpochs } from './total-epochs.ts';

const protocol = {
  optimizer: 'adam',
  batchSize: 64,
  phases: [
    { epochs: 4, learningRate: 1e-3 },
    { epochs: 2, learningRate: 1e-4 },
  ],
} as const;

describe('withEpochs', () => {
  it.each([1, 2, 3, 5, 6, 7, 100])('shares out %i epochs without losing one', (epochs) => {
    expect(totalEpochs(withEpochs(protocol, epochs))).toBe(epochs);
  });

  it('keeps the shares of the phases', () => {
    expect(withEpochs(protocol, 12).phases.map((phase) => phase.epochs)).toEqual([8, 4]);
  });

  it('leaves out a phase that got no epoch', () => {
    expect(withEpochs(protocol, 1).phases).toEqual([{ epochs: 1, learningRate: 1e-3 }]);
  });
});
