import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { type DutyCycle, dutyCycleEntropy, nextDutyCycle } from './duty-cycle.ts';

/** Two samples in which unit i is on `counts[i]` times. */
const batch = (counts: number[]) =>
  tf.tensor2d([0, 1].map((sample) => counts.map((n) => Number(sample < n))));

async function duties(batches: tf.Tensor[], units: number, period: number): Promise<number[][]> {
  let cycle: DutyCycle = { duty: tf.zeros([units]), samples: tf.scalar(0) };
  const all: number[][] = [];
  for (const y of batches) {
    const next = nextDutyCycle(y, cycle, period);
    tf.dispose([cycle.duty, cycle.samples, y]);
    cycle = next;
    all.push([...(await cycle.duty.data())]);
  }
  tf.dispose([cycle.duty, cycle.samples]);
  return all;
}

describe('duty cycles: closed form', () => {
  it('are a mean over the period', async () => {
    const batches = [
      [2, 1, 1, 0],
      [2, 2, 0, 0],
      [0, 2, 1, 1],
      [1, 1, 1, 1],
    ].map(batch);
    const expected = [
      [1, 0.5, 0.5, 0],
      [1, 0.75, 0.25, 0],
      [0.6, 0.85, 0.35, 0.2],
      [0.56, 0.71, 0.41, 0.32],
    ];
    const actual = await duties(batches, 4, 5);
    for (const [i, duty] of actual.entries()) expect(duty).toBeAllClose(expected[i]!);
  });

  it('never leave [0, 1], also for batches longer than the period', async () => {
    const [first, second] = await duties([batch([2, 0]), batch([1, 2])], 2, 1);
    expect(first).toBeAllClose([1, 0]);
    expect(second).toBeAllClose([0.5, 1]);
  });

  it('count the share of pixels of a channel', async () => {
    const y = tf.tensor4d([0, 0, 0, 0, 0, 0.861664, 0, 1.148885], [1, 2, 2, 2]);
    expect((await duties([y], 2, 1000))[0]).toBeAllClose([0, 0.5]);
  });
});

describe('dutyCycleEntropy: closed form', () => {
  it('is a sum of binary entropies', () => {
    expect(dutyCycleEntropy([0.25, 0.5, 0, 1])).toBeCloseTo(1.811278, 6);
    expect(dutyCycleEntropy(new Float64Array(2048).fill(102 / 2048))).toBeCloseTo(584.840609, 6);
  });
});
