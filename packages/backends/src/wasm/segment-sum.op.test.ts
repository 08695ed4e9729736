import { expectNoTensorLeak } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { noise64, toTensor } from './testing/noise.ts';
import { skipElsewhere } from './testing/skip-elsewhere.ts';

skipElsewhere('webgpu');

describe('unsortedSegmentSum: against reference', () => {
  it.each([
    { shape: [6], segments: 3 },
    { shape: [9, 5], segments: 4 },
    { shape: [40, 2, 3], segments: 50 },
    { shape: [5, 0], segments: 2 },
    { shape: [1, 8], segments: 1 },
  ])('sums rows of $shape into $segments segments', async ({ shape, segments }) => {
    const rows = shape[0]!;
    const width = tf.util.sizeFromShape(shape.slice(1));
    const ids = Int32Array.from({ length: rows }, (_, i) => (i * 7 + 2) % segments);
    const x = noise64(shape, 1);
    const expected = new Float64Array(segments * width);
    x.values.forEach((value, i) => {
      expected[ids[Math.floor(i / width)]! * width + (i % width)]! += value;
    });
    const [values, segmentIds] = [toTensor(x), tf.tensor1d(ids, 'int32')];
    const y = tf.unsortedSegmentSum(values, segmentIds, segments);
    expect(y.shape).toEqual([segments, ...shape.slice(1)]);
    expect(await y.data()).toBeAllClose(expected);
    const integers = tf.unsortedSegmentSum(tf.cast(values, 'int32'), segmentIds, segments);
    const sums = new Float64Array(expected.length);
    x.values.forEach((value, i) => {
      sums[ids[Math.floor(i / width)]! * width + (i % width)]! += Math.trunc(value);
    });
    expect(await integers.data()).toBeAllClose(sums);
    tf.dispose([y, values, segmentIds, integers]);
  });

  it('leaves out rows of other segments', async () => {
    const y = tf.unsortedSegmentSum(
      tf.tensor2d([[1], [2], [4], [8]]),
      tf.tensor1d([0, -1, 5, 0], 'int32'),
      2,
    );
    expect([...(await y.data())]).toEqual([9, 0]);
  });
});

describe('gather: gradient', () => {
  it('adds up where an index comes back, and leaves no tensor behind', async () => {
    const [x, indices] = [
      tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]),
      tf.tensor2d([2, 0, 2, 2], [2, 2], 'int32'),
    ];
    const step = () => tf.grad((table) => tf.square(tf.gather(table, indices)))(x);
    const gradient = step();
    expect(await gradient.data()).toBeAllClose([2, 4, 0, 0, 30, 36]);
    gradient.dispose();
    await expectNoTensorLeak(() => step().dispose());
    tf.dispose([x, indices]);
  });
});
