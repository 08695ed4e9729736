import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { skipElsewhere } from './testing/skip-elsewhere.ts';

skipElsewhere();

describe('kernels', () => {
  it('are seen by a profile, with what they make', async () => {
    const x = tf.tensor1d([1, 2, 3]);
    const { kernels, newTensors } = await tf.profile(() => tf.square(tf.neg(x)));
    expect(kernels.map(({ name }) => name)).toEqual(['Neg', 'Square']);
    expect(newTensors).toBe(2);
  });

  it('that throw leave the tape as it was', async () => {
    const backendName = tf.getBackend();
    const kernelName = 'Throws';
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: () => {
        throw new Error('on purpose');
      },
    });
    const x = tf.tensor1d([3]);
    expect(() => tf.grad((x) => tf.engine().runKernel(kernelName, { x }))(x)).toThrow('on purpose');
    tf.unregisterKernel(kernelName, backendName);
    expect([
      ...(await tf
        .grad((x) => tf.square(x))(x)
        .data()),
    ]).toEqual([6]);
    expect([
      ...(await tf
        .grad(tf.grad((x) => tf.square(x)))(x)
        .data()),
    ]).toEqual([2]);
  });

  it('errors: name a kernel that is not there', () => {
    expect(() => tf.engine().runKernel('Nowhere', {})).toThrow("Kernel 'Nowhere' not registered for backend");
  });
});
