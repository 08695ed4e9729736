import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { skipElsewhere } from './testing/skip-elsewhere.ts';

skipElsewhere();

describe('gather', () => {
  it('closed form: rows, columns, and single numbers', async () => {
    const x = tf.tensor2d([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const indices = tf.tensor1d([1, 0, 1], 'int32');
    expect(await tf.gather(x, indices).array()).toEqual([
      [4, 5, 6],
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(await tf.gather(x, indices, 1).array()).toEqual([
      [2, 1, 2],
      [5, 4, 5],
    ]);
    expect(await tf.gather(tf.tensor1d([7, 8]), tf.scalar(1, 'int32')).array()).toBe(8);
  });

  it('edges: no index, and what has no rows', async () => {
    expect(tf.gather(tf.ones([3, 2]), tf.tensor1d([], 'int32')).shape).toEqual([0, 2]);
    expect(tf.gather(tf.ones([3, 0]), tf.tensor1d([2], 'int32')).shape).toEqual([1, 0]);
  });

  it.for([-1, 3])('errors: names the index %i of 3 rows', (index, { skip }) => {
    skip(tf.getBackend() === 'cpu', 'cpu names its index otherwise');
    expect(() => tf.gather(tf.ones([3, 2]), tf.tensor1d([0, index], 'int32'))).toThrow(
      `index value ${index}`,
    );
  });
});
