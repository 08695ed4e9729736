import { expectNoTensorLeak } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { noise64, toTensor } from './testing/noise.ts';
import { skipElsewhere } from './testing/skip-elsewhere.ts';

skipElsewhere();

/** In float64: sums of x over the axes. */
function sum64(shape: number[], values: ArrayLike<number>, axes: number[]): Float64Array {
  const strides = [...tf.util.computeStrides(shape), 1];
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const keptStrides = [...tf.util.computeStrides(kept), 1];
  const y = new Float64Array(tf.util.sizeFromShape(kept));
  for (let i = 0; i < values.length; i++) {
    let at = 0;
    for (const [axis, size] of shape.entries()) {
      if (kept[axis] !== 1) at += (Math.floor(i / strides[axis]!) % size) * keptStrides[axis]!;
    }
    y[at]! += values[i]!;
  }
  return y;
}

const cases: [shape: number[], axes: number[]][] = [
  [[7], [0]],
  [[1], [0]],
  [[4100], [0]],
  [[3, 37], [1]],
  [[37, 3], [0]],
  [[300, 21], [0]],
  [[300, 1], [0]],
  [[5, 16], [0]],
  [
    [2, 3, 4, 35],
    [0, 1, 2],
  ],
  [
    [1, 3, 4, 6],
    [0, 1, 2],
  ],
  [[2, 5, 7], [1]],
  [
    [2, 5, 7, 3],
    [1, 2],
  ],
  [
    [2, 5, 7, 3],
    [0, 2],
  ],
  [
    [2, 1, 7, 3],
    [0, 2],
  ],
  [
    [2, 5, 7],
    [0, 1, 2],
  ],
  [[2, 5], []],
];

describe.each(cases)('sums of %j over %j', (shape, axes) => {
  const x64 = noise64(shape, 3);
  const expected = sum64(shape, x64.values, axes);
  const count = x64.values.length / expected.length;

  it.each([false, true])('closed form, keepDims %s', async (keepDims) => {
    const x = toTensor(x64);
    const [sum, mean] = [tf.sum(x, axes, keepDims), tf.mean(x, axes, keepDims)];
    const outShape = shape
      .map((size, axis) => (axes.includes(axis) ? 1 : size))
      .filter((_, axis) => keepDims || !axes.includes(axis));
    expect([sum.shape, mean.shape]).toEqual([outShape, outShape]);
    expect(await sum.data()).toBeAllClose(expected, { absolute: 2e-5, relative: 1e-5 });
    expect(await mean.data()).toBeAllClose(
      expected.map((value) => value / count),
      { absolute: 1e-5, relative: 1e-5 },
    );
    await expectNoTensorLeak(() => tf.dispose([tf.sum(x, axes), tf.mean(x, axes)]));
    tf.dispose([x, sum, mean]);
  });
});

describe('sums: edges', () => {
  it('sum and mean of nothing are zero, as on cpu', async () => {
    const x = tf.zeros([0, 3]);
    expect([...(await tf.sum(x, 0).data())]).toEqual([0, 0, 0]);
    expect([...(await tf.mean(x, 0).data())]).toEqual([0, 0, 0]);
    expect(tf.sum(tf.zeros([2, 0, 3]), 0).shape).toEqual([0, 3]);
  });

  it('NaN and infinities reach their own column alone', async () => {
    const x = tf.tensor2d([
      [1, Number.NaN, Number.POSITIVE_INFINITY, 1],
      [2, 1, 1, Number.NEGATIVE_INFINITY],
    ]);
    expect([...(await tf.sum(x, 0).data())]).toEqual([
      3,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
  });

  it('integers and truth values keep their types', async () => {
    const sum = tf.sum(
      tf.tensor2d(
        [
          [1, 2],
          [16777217, 4],
        ],
        [2, 2],
        'int32',
      ),
      0,
    );
    expect([sum.dtype, ...(await sum.data())]).toEqual(['int32', 16777218, 6]);
    const trues = tf.sum(tf.tensor1d([true, true, false], 'bool'));
    expect([trues.dtype, ...(await trues.data())]).toEqual(['int32', 2]);
    expect([...(await tf.mean(tf.tensor1d([1, 2], 'int32')).data())]).toEqual([1.5]);
  });

  it('a long sum of equal numbers loses little', async () => {
    const [sum] = await tf.sum(tf.fill([100000, 4], 0.1), 0).data();
    if (tf.getBackend() === 'wasm') expect(sum).toBeCloseTo(10000, 1);
  });
});
