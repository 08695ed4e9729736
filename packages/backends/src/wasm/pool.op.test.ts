import { expectNoTensorLeak } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { explicit, tfPadding } from './testing/expect-convolution.ts';
import { noise64, toTensor } from './testing/noise.ts';
import { skipElsewhere } from './testing/skip-elsewhere.ts';
import { type Padding, windowOver } from './testing/window-over.ts';

skipElsewhere('webgpu');

interface Pool {
  readonly x: [batch: number, height: number, width: number, channels: number];
  readonly size: [height: number, width: number];
  readonly strides: [height: number, width: number];
  readonly pad: Padding;
}

/** Calls `visit` with the inputs that each output looks at. */
function forEachOutput(
  { x, size, strides, pad }: Pool,
  visit: (yAt: number, xAt: number[]) => void,
): number[] {
  const [batch, height, width, channels] = x;
  const rows = windowOver({ length: height, size: size[0], stride: strides[0], pad, axis: 0 });
  const columns = windowOver({ length: width, size: size[1], stride: strides[1], pad, axis: 1 });
  for (let image = 0; image < batch; image++)
    for (const [i, elements] of rows.entries())
      for (const [j, others] of columns.entries())
        for (let c = 0; c < channels; c++)
          visit(
            ((image * rows.length + i) * columns.length + j) * channels + c,
            elements.flatMap(([, row]) =>
              others.map(([, column]) => ((image * height + row) * width + column) * channels + c),
            ),
          );
  return [batch, rows.length, columns.length, channels];
}

const pools: Pool[] = [
  { x: [2, 6, 6, 8], size: [2, 2], strides: [2, 2], pad: 'valid' },
  { x: [1, 7, 5, 3], size: [3, 2], strides: [1, 2], pad: 'valid' },
  { x: [2, 7, 5, 6], size: [3, 3], strides: [2, 2], pad: 'same' },
  { x: [2, 4, 5, 1], size: [2, 3], strides: [1, 1], pad: explicit },
  { x: [1, 5, 7, 5], size: [3, 3], strides: [2, 2], pad: 1 },
  { x: [1, 2, 2, 5], size: [4, 4], strides: [1, 1], pad: 'same' },
  { x: [2, 7, 7, 4], size: [1, 1], strides: [3, 3], pad: 'valid' },
  { x: [0, 4, 4, 4], size: [2, 2], strides: [2, 2], pad: 'valid' },
];

type Op = (x: tf.Tensor4D, size: [number, number], strides: [number, number], pad: Padding) => tf.Tensor;

const maxPool: Op = (x, size, strides, pad) => tf.maxPool(x, size, strides, tfPadding(pad));
const averagePool: Op = (x, size, strides, pad) => tf.avgPool(x, size, strides, tfPadding(pad));

async function expectGradient(pool: Pool, op: Op, dx64: (x: Float64Array, dy: Float64Array) => Float64Array) {
  const shape = forEachOutput(pool, () => {});
  const [x, dy] = [noise64(pool.x, 1), noise64(shape, 2)];
  const [input, gradient] = [toTensor(x), toTensor(dy)];
  const run = () =>
    tf.grad((each) => op(each as tf.Tensor4D, pool.size, pool.strides, pool.pad))(input, gradient);
  const dx = run();
  expect(dx.shape).toEqual(pool.x);
  expect(await dx.data()).toBeAllClose(dx64(x.values, dy.values));
  dx.dispose();
  await expectNoTensorLeak(() => run().dispose());
  tf.dispose([input, gradient]);
}

describe('maxPool: gradient against reference', () => {
  it.each(pools)('of $x, window $size, strides $strides, padding $pad', (pool) =>
    expectGradient(pool, maxPool, (x, dy) => {
      const dx = new Float64Array(x.length);
      forEachOutput(pool, (yAt, xAt) => {
        const largest = xAt.reduce((best, at) => (x[at]! > x[best]! ? at : best));
        dx[largest]! += dy[yAt]!;
      });
      return dx;
    }),
  );

  it('goes to the first of equal values', async () => {
    const dx = tf.grad((x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'))(tf.ones([1, 2, 2, 5]));
    expect([...(await dx.data())]).toEqual([...new Array(5).fill(1), ...new Array(15).fill(0)]);
  });
});

describe('avgPool: gradient against reference', () => {
  for (const pool of pools) {
    const { x, size, strides, pad } = pool;
    it(`of [${x}], window ${size}, strides ${strides}, padding ${pad}`, ({ skip }) => {
      skip(
        tf.getBackend() === 'cpu' && (pad === 'same' || typeof pad === 'number'),
        'the stock gradient of an average pool on cpu counts padding, which the pool itself does not',
      );
      return expectGradient(pool, averagePool, (x, dy) => {
        const dx = new Float64Array(x.length);
        forEachOutput(pool, (yAt, xAt) => {
          // As tfjs-core specifies it, the gradient counts explicit padding, though the pool does not.
          const count = pad === explicit ? size[0] * size[1] : xAt.length;
          for (const at of xAt) dx[at]! += dy[yAt]! / count;
        });
        return dx;
      });
    });
  }
});
