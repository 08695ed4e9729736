import { expectNoTensorLeak, onlyOn } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

onlyOn(['cpu', 'webgpu', 'tensorflow'], 'kernels of plain JavaScript on other backends');

const int = (values: number[], shape: number[] = [values.length]) => tf.tensor(values, shape, 'int32');

/** Each gives tensors, or an object of them. */
const ops: Record<string, () => tf.TensorContainer> = {
  bitwiseAnd: () => tf.bitwiseAnd(int([-1, 6, 2 ** 31 - 1, 0]), int([7, 3, 2 ** 30 + 1, 9])),
  unique: () => tf.unique(int([5, 2, 5, 1, 2])),
  uniqueAlongAxis: () => tf.unique(int([1, 1, 2, 2, 2, 3], [2, 3]), 1),
  nonMaxSuppressionPadded: () =>
    tf.image.nonMaxSuppressionPadded(
      tf.tensor2d([0, 0, 1, 1, 0, 0.1, 1, 1.1, 0, 5, 1, 6], [3, 4]),
      tf.tensor1d([0.9, 0.8, 0.7]),
      3,
      0.5,
      0,
      true,
    ),
  denseBincount: () => tf.denseBincount(int([1, 1, 2, 4]) as tf.Tensor1D, tf.tensor1d([]), 5),
  maxPoolWithArgmax: () =>
    tf.maxPoolWithArgmax(tf.tensor4d([1, 4, 2, 3, 9, 0, 1, 7], [1, 2, 4, 1]), 2, 2, 'valid'),
  searchSorted: () => tf.searchSorted(tf.tensor2d([[1, 3, 5]]), tf.tensor2d([[0, 3, 6]]), 'right'),
  rotateWithOffset: () =>
    tf.image.rotateWithOffset(
      tf.reshape(tf.range(0, 16), [1, 4, 4, 1]) as tf.Tensor4D,
      Math.PI / 2,
      0.5,
      0.5,
    ),
  transform: () =>
    tf.image.transform(
      tf.reshape(tf.range(0, 16), [1, 4, 4, 1]) as tf.Tensor4D,
      tf.tensor2d([[1, 0, 1, 0, 1, 0, 0, 0]]),
    ),
  sparseReshape: () =>
    tf.sparse.sparseReshape(
      int([0, 1, 1, 2], [2, 2]) as tf.Tensor2D,
      int([2, 3]) as tf.Tensor1D,
      int([3, -1]) as tf.Tensor1D,
    ),
  sparseFillEmptyRows: () =>
    tf.sparse.sparseFillEmptyRows(
      int([0, 0, 2, 1], [2, 2]) as tf.Tensor2D,
      tf.tensor1d([4, 5]),
      int([3, 2]) as tf.Tensor1D,
      tf.scalar(-1),
    ),
  sparseSegmentSum: () =>
    tf.sparse.sparseSegmentSum(
      tf.tensor2d([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
      int([0, 2, 1]) as tf.Tensor1D,
      int([0, 0, 1]) as tf.Tensor1D,
    ),
  sparseSegmentMean: () =>
    tf.sparse.sparseSegmentMean(
      tf.tensor2d([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
      int([0, 2, 1]) as tf.Tensor1D,
      int([0, 0, 1]) as tf.Tensor1D,
    ),
  stringSplit: () => tf.string.stringSplit(tf.tensor1d(['a b', 'c']), ' '),
  stringToHashBucketFast: () => tf.string.stringToHashBucketFast(tf.tensor1d(['a', 'b']), 10),
  round: () => tf.round(int([3, -4])),
};

async function valuesOf(result: tf.TensorContainer): Promise<unknown[]> {
  const tensors = Object.values(result instanceof tf.Tensor ? [result] : (result as object)) as tf.Tensor[];
  const values = await Promise.all(
    tensors.map(async (x) => ({ shape: x.shape, values: [...(await x.data())] })),
  );
  tf.dispose(tensors);
  return values;
}

describe('kernels that the backend lacks', () => {
  it.each(Object.keys(ops))('%s equals plain JavaScript', async (name) => {
    const here = tf.getBackend();
    const y = await valuesOf(tf.tidy(ops[name]!));
    await tf.setBackend('cpu');
    const expected = await valuesOf(tf.tidy(ops[name]!));
    await tf.setBackend(here);
    expect(y).toEqual(expected);
  });

  it('leave no tensor behind', async () => {
    const x = tf.tensor1d([3, 1, 3]);
    await expectNoTensorLeak(() => {
      const { values, indices } = tf.unique(x);
      tf.dispose([values, indices]);
    });
    x.dispose();
  });
});
