import { expectNoTensorLeak } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { skipElsewhere } from './testing/skip-elsewhere.ts';

skipElsewhere();

const cube = (x: tf.Tensor) => tf.mul(x, tf.square(x));
const x = () => tf.tensor1d([3, -2]);

describe('what an op keeps for its gradient', () => {
  it('closed form: gradients of gradients', async () => {
    expect([...(await tf.grad(cube)(x()).data())]).toEqual([27, 12]);
    expect([...(await tf.grad(tf.grad(cube))(x()).data())]).toEqual([18, -12]);
    expect([
      ...(await tf
        .grad(tf.grad(tf.grad(cube)))(x())
        .data()),
    ]).toEqual([6, 6]);
  });

  it('closed form: a gradient of a gradient through what was made before the inner one', async () => {
    const outer = (x: tf.Tensor) => {
      const square = tf.square(x);
      return tf.grad((inner) => tf.mul(square, inner))(x);
    };
    expect([...(await outer(x()).data())]).toEqual([9, 4]);
    // Within another gradient, the square is on the same tape.
    expect([...(await tf.grad(outer)(x()).data())]).toEqual([18, -12]);
  });

  it('outlives its original', async () => {
    const fourth = (x: tf.Tensor) => {
      const square = tf.square(x);
      const y = tf.square(square);
      square.dispose();
      return y;
    };
    expect([...(await tf.grad(fourth)(x()).data())]).toEqual([108, -32]);
  });

  it('memory: is counted while it is kept, and let go of', async () => {
    const given = x();
    await expectNoTensorLeak(() => tf.grad(tf.grad(cube))(given).dispose());
    const counts: number[] = [];
    tf.grad((x) => {
      counts.push(tf.memory().numTensors);
      const y = tf.square(x);
      counts.push(tf.memory().numTensors);
      return y;
    })(given).dispose();
    // The square, and what it keeps of x.
    expect(counts[1]! - counts[0]!).toBe(2);
  });
});
