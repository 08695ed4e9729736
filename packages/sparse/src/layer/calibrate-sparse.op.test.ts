import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { denseFrom } from './break-even.ts';
import { calibrateSparse } from './calibrate-sparse.ts';

describe('calibrateSparse', () => {
  it('gives a density for each batch size, and leaves nothing behind', async () => {
    const before = tf.memory().numTensors;
    const table = await calibrateSparse({ batchSizes: [1, 8], width: 16, rounds: 1 });
    expect(table.map(([batchSize]) => batchSize)).toEqual([1, 8]);
    for (const [, density] of table) expect(density >= 0 && density <= 1).toBe(true);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('errors: wants batch sizes that rise', async () => {
    await expect(calibrateSparse({ batchSizes: [8, 1] })).rejects.toThrow(
      'calibrateSparse: options.batchSizes must be positive integers that rise, got [8, 1]',
    );
  });
});

describe('denseFrom', () => {
  it('takes the pair of the largest batch size not above', () => {
    const table = [
      [1, 0.2],
      [32, 0.5],
    ] as const;
    expect([1, 31, 32, 128].map((batchSize) => denseFrom(batchSize, table))).toEqual([0.2, 0.2, 0.5, 0.5]);
    expect(denseFrom(1, [[8, 0.3]])).toBe(0.3);
  });
});
