import { expectNoTensorLeak, onlyOn } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

onlyOn(['webgpu'], 'kernels of ours for many axes');

const range = (shape: number[]) => tf.reshape(tf.range(1, 1 + tf.util.sizeFromShape(shape)), shape);

/** Each on a tensor of the given shape, and on one that is like it but for axes of length one. */
const ops: Record<string, (shape: number[]) => tf.Tensor> = {
  tile: (shape) =>
    tf.tile(
      range(shape),
      shape.map((_, axis) => 1 + (axis % 2)),
    ),
  tileOnce: (shape) =>
    tf.tile(
      range(shape),
      shape.map(() => 1),
    ),
  broadcastTo: (shape) => tf.broadcastTo(range(shape.map((size, axis) => (axis % 2 ? 1 : size))), shape),
  reverse: (shape) => tf.reverse(range(shape), [1, -1]),
  cumsum: (shape) => tf.cumsum(range(shape), 2, true),
  cumprod: (shape) => tf.cumprod(range(shape), shape.length - 1),
  mirrorPad: (shape) =>
    tf.mirrorPad(
      range(shape),
      shape.map((_, axis) => [0, axis % 2] as [number, number]),
      'symmetric',
    ),
  stridedSlice: (shape) =>
    tf.stridedSlice(
      range(shape),
      shape.map((size, axis) => (axis % 2 ? size - 1 : 0)),
      shape.map((size, axis) => (axis % 2 ? -size - 1 : size)),
      shape.map((_, axis) => (axis % 2 ? -2 : 1)),
    ),
  where: (shape) => tf.where(tf.greater(range(shape), 9), range(shape), tf.zeros(shape)),
  transpose: (shape) => tf.transpose(range(shape), [1, 0, ...shape.slice(2).map((_, i) => i + 2)]),
  transposeOfIntegers: (shape) =>
    tf.transpose(tf.cast(range(shape), 'int32'), [2, 1, 0, ...shape.slice(3).map((_, i) => i + 3)]),
  any: (shape) => tf.any(tf.greater(range(shape), 9), [1, -1]),
  all: (shape) => tf.all(tf.greater(range(shape), 9), 0, true),
};

describe('kernels for many axes', () => {
  for (const shape of [
    [2, 3, 2, 2],
    [2, 3, 2, 1, 3],
    [1, 2, 2, 2, 1, 3],
  ]) {
    it.each(Object.keys(ops))(`%s of [${shape}] equals plain JavaScript`, async (name) => {
      const run = () => tf.tidy(() => ops[name]!(shape));
      const y = run();
      const values = [...(await y.data())];
      await expectNoTensorLeak(() => run().dispose());
      await tf.setBackend('cpu');
      const expected = run();
      expect(y.shape).toEqual(expected.shape);
      expect(y.dtype).toBe(expected.dtype);
      expect(values).toEqual([...(await expected.data())]);
      await tf.setBackend('webgpu');
      tf.dispose([y, expected]);
    });
  }
});

describe('stridedSlice', () => {
  it('leaves axes out, and takes one away', async () => {
    const x = range([2, 3, 2, 2]);
    const y = tf.stridedSlice(x, [1, 0], [2, 3], [1, 2], 0, 0, 0, 0, 0b1);
    expect(y.shape).toEqual([2, 2, 2]);
    expect([...(await y.data())]).toEqual([13, 14, 15, 16, 21, 22, 23, 24]);
    tf.dispose([x, y]);
  });
});
