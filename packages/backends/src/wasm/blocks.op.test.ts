import { expectNoTensorLeak } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { skipElsewhere } from './testing/skip-elsewhere.ts';

skipElsewhere();

/** A tensor whose elements are 0, 1, 2, … */
const counting = (shape: number[], dtype: 'float32' | 'int32' = 'float32') =>
  tf.tensor(
    Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => i),
    shape,
    dtype,
  );

/** The values of a counting tensor of `shape` at the coordinates that `from` gives for those of the result. */
function gathered(shape: number[], result: number[], from: (coordinates: number[]) => number[]): number[] {
  return Array.from({ length: tf.util.sizeFromShape(result) }, (_, i) => {
    let rest = i;
    const coordinates = result.map(() => 0);
    for (let axis = result.length - 1; axis >= 0; axis--) {
      coordinates[axis] = rest % result[axis]!;
      rest = Math.floor(rest / result[axis]!);
    }
    return from(coordinates).reduce((index, at, axis) => index * shape[axis]! + at, 0);
  });
}

describe('slice: against reference', () => {
  it.each([
    { shape: [7], begin: [2], size: [3] },
    { shape: [4, 5], begin: [1, 0], size: [2, 5] },
    { shape: [4, 5], begin: [0, 3], size: [4, 2] },
    { shape: [3, 4, 5], begin: [1, 1, 1], size: [2, 2, 3] },
    { shape: [3, 4, 5], begin: [1, 0, 2], size: [1, 4, 3] },
    { shape: [2, 3, 2, 5, 2], begin: [0, 1, 0, 2, 0], size: [2, 2, 2, 3, 1] },
    { shape: [3, 80], begin: [0, 3], size: [3, 75] },
    { shape: [3, 4], begin: [0, 0], size: [3, 4] },
    { shape: [3, 4], begin: [3, 0], size: [0, 4] },
  ])('takes $size from $begin of $shape', async ({ shape, begin, size }) => {
    for (const dtype of ['float32', 'int32'] as const) {
      const x = counting(shape, dtype);
      const part = tf.slice(x, begin, size);
      expect(part.shape).toEqual(size);
      expect(part.dtype).toBe(dtype);
      const expected = gathered(shape, size, (at) => at.map((index, axis) => index + begin[axis]!));
      expect([...(await part.data())]).toEqual(expected);
      tf.dispose([x, part]);
    }
  });

  it('takes bools', async () => {
    const part = tf.slice(tf.tensor1d([true, false, true, true], 'bool'), 1, 3);
    expect([...(await part.data())]).toEqual([0, 1, 1]);
  });
});

describe('split, unstack and concat: against reference', () => {
  it.each([
    { shape: [6, 3], axis: 0 },
    { shape: [3, 6], axis: 1 },
    { shape: [2, 6, 5], axis: 1 },
    { shape: [2, 3, 6], axis: -1 },
  ])('undo each other for $shape along $axis', async ({ shape, axis }) => {
    const x = counting(shape);
    const parts = [...tf.split(x, [1, 2, 3], axis), ...tf.split(x, 2, axis)];
    expect(parts.map((part) => part.shape.at(axis))).toEqual([1, 2, 3, 3, 3]);
    const at = (axis + shape.length) % shape.length;
    const second = gathered(shape, shape.with(at, 2), (coordinates) =>
      coordinates.with(at, coordinates[at]! + 1),
    );
    expect([...(await parts[1]!.data())]).toEqual(second);
    const whole = tf.concat([...parts.slice(0, 3), tf.zeros(shape.with(at, 0))], axis);
    expect(whole.shape).toEqual(shape);
    expect(await whole.data()).toEqual(await x.data());
    const stacked = tf.stack(tf.unstack(x, axis), axis);
    expect(await stacked.data()).toEqual(await x.data());
    tf.dispose([x, ...parts, whole, stacked]);
  });
});

describe('tile: against reference', () => {
  it.each([
    { shape: [3], times: [4] },
    { shape: [1, 1, 1, 5], times: [2, 3, 4, 1] },
    { shape: [2, 3], times: [3, 2] },
    { shape: [2, 1, 3], times: [2, 5, 3] },
    { shape: [2, 3, 2], times: [1, 3, 1] },
    { shape: [2, 3], times: [1, 1] },
    { shape: [70, 3], times: [1, 50] },
    { shape: [2, 0], times: [3, 2] },
    { shape: [2, 3], times: [0, 2] },
  ])('repeats $shape $times times', async ({ shape, times }) => {
    const x = counting(shape);
    const y = tf.tile(x, times);
    const result = shape.map((length, axis) => length * times[axis]!);
    expect(y.shape).toEqual(result);
    const expected = gathered(shape, result, (at) => at.map((index, axis) => index % shape[axis]!));
    expect([...(await y.data())]).toEqual(expected);
    tf.dispose([x, y]);
  });

  it('repeats bools', async () => {
    const y = tf.tile(tf.tensor1d([true, false, true], 'bool'), [3]);
    expect([...(await y.data())]).toEqual([1, 0, 1, 1, 0, 1, 1, 0, 1]);
  });
});

describe('clone and cast: memory', () => {
  it('share data until the last tensor goes', async () => {
    const x = counting([4]);
    const [clone, same] = [tf.clone(x), tf.cast(x, 'float32')];
    x.dispose();
    expect([...(await clone.data())]).toEqual([0, 1, 2, 3]);
    clone.dispose();
    expect([...(await same.data())]).toEqual([0, 1, 2, 3]);
    same.dispose();
    await expect(same.data()).rejects.toThrow('disposed');
  });

  it('keep a variable and its initial value apart', async () => {
    const initial = counting([3]);
    const variable = tf.variable(tf.clone(initial));
    variable.assign(tf.tidy(() => tf.add(variable, 1)));
    expect([...(await initial.data())]).toEqual([0, 1, 2]);
    expect([...(await variable.data())]).toEqual([1, 2, 3]);
    tf.dispose([initial, variable]);
  });

  it('leave no tensor behind', async () => {
    const x = counting([4, 6]);
    await expectNoTensorLeak(() =>
      tf.tidy(() => tf.tile(tf.concat(tf.split(tf.clone(x), 3, 1), 1), [2, 1])).dispose(),
    );
    x.dispose();
  });
});

describe('cast: closed form', () => {
  it.each(['float32', 'int32'] as const)('makes true of all of %s but zero', async (dtype) => {
    const x = tf.tensor1d([0, 1, 256, -512, 3], dtype);
    const y = tf.cast(x, 'bool');
    expect([y.dtype, ...(await y.data())]).toEqual(['bool', 0, 1, 1, 1, 1]);
    tf.dispose([x, y]);
  });
});

describe('strings: edges', () => {
  it('are concatenated and cut by the stock kernels', async () => {
    const words = tf.tensor2d(['a', 'b', 'c', 'd'], [2, 2], 'string');
    const both = tf.concat([words, tf.tensor2d(['e', 'f'], [1, 2], 'string')], 0);
    expect(both.shape).toEqual([3, 2]);
    expect(await both.data()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(await tf.slice(both, [1, 0], [2, 1]).data()).toEqual(['c', 'e']);
  });
});
