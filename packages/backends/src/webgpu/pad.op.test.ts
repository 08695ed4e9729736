import { expectNoTensorLeak, onlyOn } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';

onlyOn(['cpu', 'webgpu'], 'padding, a kernel of ours on WebGPU');

describe('pad of many axes', () => {
  it.each([
    {
      shape: [2, 1, 3, 2, 2],
      paddings: [
        [0, 1],
        [2, 0],
        [0, 0],
        [1, 1],
        [0, 2],
      ],
    },
    {
      shape: [1, 2, 1, 3, 1, 2],
      paddings: [
        [0, 0],
        [1, 0],
        [0, 2],
        [0, 0],
        [1, 1],
        [2, 0],
      ],
    },
    {
      shape: [1, 2, 1, 0, 2],
      paddings: [
        [0, 0],
        [0, 0],
        [0, 0],
        [1, 0],
        [0, 0],
      ],
    },
  ])('of $shape by $paddings puts values in their places', async ({ shape, paddings }) => {
    for (const dtype of ['float32', 'int32'] as const) {
      const x = tf.cast(tf.reshape(tf.range(1, 1 + tf.util.sizeFromShape(shape)), shape), dtype);
      const y = tf.pad(x, paddings as [number, number][], 7);
      const padded = shape.map((size, axis) => paddings[axis]![0]! + size + paddings[axis]![1]!);
      expect(y.shape).toEqual(padded);
      const expected = new Array(tf.util.sizeFromShape(padded)).fill(7);
      const [from, to] = [tf.util.computeStrides(shape), tf.util.computeStrides(padded)].map((s) => [
        ...s,
        1,
      ]);
      for (let i = 0; i < x.size; i++) {
        const at = shape.map((size, axis) => (Math.floor(i / from![axis]!) % size) + paddings[axis]![0]!);
        expected[at.reduce((sum, position, axis) => sum + position * to![axis]!, 0)] = i + 1;
      }
      expect([...(await y.data())]).toEqual(expected);
      tf.dispose([x, y]);
    }
  });

  it('is the gradient of a slice', async () => {
    const x = tf.ones([1, 2, 2, 1, 2]);
    const gradient = tf.grad((each) => tf.slice(each, [0, 1, 0, 0, 0], [1, 1, 1, 1, 2]));
    const dx = gradient(x);
    expect([...(await dx.data())]).toEqual([0, 0, 0, 0, 1, 1, 0, 0]);
    await expectNoTensorLeak(() => gradient(x).dispose());
    tf.dispose([x, dx]);
  });
});
