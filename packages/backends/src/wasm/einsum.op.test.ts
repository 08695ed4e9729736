import { expectNoTensorLeak } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { noise64, toTensor } from './testing/noise.ts';
import { skipElsewhere } from './testing/skip-elsewhere.ts';

skipElsewhere();

describe('einsum: against reference', () => {
  it.each([
    ['ij,jk->ik', [3, 4], [4, 5]],
    ['bij,bkj->bik', [2, 3, 4], [2, 5, 4]],
    ['i,j->ij', [3], [4]],
    ['ij,ij->', [3, 4], [3, 4]],
  ])('%s', async (equation, a, b) => {
    const [x, y] = [noise64(a, 1), noise64(b, 2)];
    const [left, output] = equation.split('->') as [string, string];
    const [xAxes, yAxes] = left.split(',') as [string, string];
    const sizes: Record<string, number> = {};
    for (const [axes, shape] of [
      [xAxes, a],
      [yAxes, b],
    ] as const)
      for (const [i, axis] of [...axes].entries()) sizes[axis] = shape[i]!;
    const index = (axes: string, at: Record<string, number>) =>
      [...axes].reduce((sum, axis) => sum * sizes[axis]! + at[axis]!, 0);
    const expected = new Float64Array([...output].reduce((size, axis) => size * sizes[axis]!, 1));
    const visit = (axes: string[], at: Record<string, number>): void => {
      const [axis, ...rest] = axes;
      if (axis) for (let i = 0; i < sizes[axis]!; i++) visit(rest, { ...at, [axis]: i });
      else expected[index(output, at)]! += x.values[index(xAxes, at)]! * y.values[index(yAxes, at)]!;
    };
    visit(Object.keys(sizes), {});
    const tensors = [toTensor(x), toTensor(y)];
    const z = tf.einsum(equation, ...tensors);
    expect(await z.data()).toBeAllClose(expected, { absolute: 1e-5, relative: 1e-5 });
    z.dispose();
    await expectNoTensorLeak(() => tf.einsum(equation, ...tensors).dispose());
    tf.dispose(tensors);
  });
});

describe('integer products', () => {
  it('count a confusion matrix', async () => {
    const labels = tf.tensor1d([0, 1, 2, 1], 'int32');
    const predictions = tf.tensor1d([0, 2, 2, 1], 'int32');
    const counts = tf.math.confusionMatrix(labels, predictions, 3);
    expect([...(await counts.data())]).toEqual([1, 0, 0, 0, 1, 1, 0, 0, 1]);
    tf.dispose([labels, predictions, counts]);
  });
});
