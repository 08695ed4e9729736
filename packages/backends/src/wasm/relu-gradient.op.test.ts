import { expectNoTensorLeak } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { noise64, toTensor } from './testing/noise.ts';
import { skipElsewhere } from './testing/skip-elsewhere.ts';

skipElsewhere();

const composition = (dy: tf.Tensor, x: tf.Tensor) => tf.mul(dy, tf.step(x));

describe('gradient of ReLU', () => {
  it('closed form', async () => {
    const dx = tf.grad((x) => tf.relu(x))(tf.tensor([-1, 0, 2, Number.NaN, 3]), tf.tensor([1, 2, 3, 4, -5]));
    expect(await dx.data()).toEqual(new Float32Array([0, 0, 3, Number.NaN, -5]));
  });

  it.each([[[0]], [[3]], [[4, 5]], [[2, 3, 17]]])('against reference, %j: the same bits', async (shape) => {
    const [x, dy] = [toTensor(noise64(shape, 1)), toTensor(noise64(shape, 2))];
    const dx = tf.grad((x) => tf.relu(x))(x, dy);
    expect(dx.shape).toEqual(shape);
    expect(await dx.data()).toEqual(await composition(dy, x).data());
  });

  it('has gradients of its own', async () => {
    const [x, dy, ddx] = [1, 2, 3].map((seed) => toTensor(noise64([2, 5], seed))) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    const twice = tf.grads((dy, x) => tf.grad((x) => tf.relu(x))(x, dy))([dy, x], ddx);
    expect(await twice[0]!.data()).toEqual(await composition(ddx, x).data());
    expect(await twice[1]!.data()).toEqual(new Float32Array(10));
  });

  it('memory: leaves no tensor behind', async () => {
    const [x, dy] = [tf.ones([5]), tf.ones([5])];
    await expectNoTensorLeak(() =>
      tf
        .grad((x) => tf.relu(x))(x, dy)
        .dispose(),
    );
    tf.dispose([x, dy]);
  });
});
