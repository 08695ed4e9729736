import { ArgumentError } from '@arborize/core';
import { type Samples, sampleSize } from './samples.ts';

/**
 * Copies the samples at the given indices, in the given order; an index may repeat.
 *
 * @throws ArgumentError if an index is not one of a sample.
 *
 * @example
 * const twice = subset(samples, [0, 0]);
 */
export function subset(samples: Samples, indices: ArrayLike<number>): Samples {
  const size = sampleSize(samples);
  const count = indices.length;
  const xs = new Float32Array(count * size);
  const ys = samples.classes === 0 ? new Float32Array(count) : new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const index = indices[i]!;
    if (!Number.isInteger(index) || index < 0 || index >= samples.count) {
      throw new ArgumentError({
        where: 'subset',
        argument: `indices[${i}]`,
        got: index,
        expected: `an integer in [0, ${samples.count})`,
      });
    }
    xs.set(samples.xs.subarray(index * size, (index + 1) * size), i * size);
    ys[i] = samples.ys[index]!;
  }
  return { ...samples, xs, ys, count };
}

/**
 * The first `count` samples; they share memory with the given ones.
 *
 * @throws ArgumentError if there are fewer.
 *
 * @example
 * const quick = take(mnist.train, 5000);
 */
export function take(samples: Samples, count: number): Samples {
  if (!Number.isInteger(count) || count < 0 || count > samples.count) {
    throw new ArgumentError({
      where: 'take',
      argument: 'count',
      got: count,
      expected: `an integer in [0, ${samples.count}]`,
    });
  }
  return {
    ...samples,
    xs: samples.xs.subarray(0, count * sampleSize(samples)),
    ys: samples.ys.subarray(0, count),
    count,
  };
}
