import { expectNoTensorLeak } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import {
  type Convolution,
  expectConvolution,
  explicit,
  tfPadding,
  title,
} from './testing/expect-convolution.ts';
import { skipElsewhere } from './testing/skip-elsewhere.ts';

skipElsewhere('tensorflow', 'webgpu');

const convolutions: Convolution[] = [
  { x: [2, 4, 4, 3], filter: [3, 3, 2] },
  { x: [1, 5, 7, 1], filter: [3, 2, 5], pad: 'same' },
  { x: [2, 7, 5, 2], filter: [3, 3, 3], strides: [2, 3], pad: 'same' },
  { x: [1, 6, 5, 4], filter: [2, 3, 4], strides: [2, 1], pad: explicit },
  { x: [3, 3, 3, 5], filter: [1, 1, 7], strides: [2, 2] },
  { x: [2, 5, 4, 6], filter: [1, 1, 7] },
  { x: [2, 6, 3, 2], filter: [2, 2, 3], strides: [3, 2], pad: 'same' },
  // Large enough for our own forward kernel.
  { x: [2, 14, 13, 5], filter: [3, 3, 33], pad: 'same' },
  { x: [2, 17, 12, 35], filter: [1, 1, 34] },
  { x: [2, 19, 33, 7], filter: [2, 3, 40], strides: [1, 2], pad: explicit },
  { x: [2, 2, 2, 1], filter: [4, 4, 3], pad: 'same' },
  { x: [2, 6, 6, 1], filter: [1, 1, 1], strides: [3, 3] },
  { x: [2, 1, 11, 3], filter: [1, 8, 5], pad: 'same' },
  { x: [0, 4, 4, 3], filter: [3, 3, 2] },
  // Larger than one block of patches.
  { x: [3, 20, 20, 9], filter: [5, 5, 6], pad: 'same' },
  { x: [2, 40, 40, 3], filter: [7, 7, 4], strides: [2, 2], pad: 'same' },
];

describe('conv2d: values and gradients against reference', () => {
  for (const convolution of convolutions) {
    const { strides = [1, 1], pad } = convolution;
    it(title(convolution), () =>
      expectConvolution(convolution, (x, filter) =>
        tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, tfPadding(pad)),
      ),
    );
  }
});

describe('conv2d: a bias that was reshaped', () => {
  it.each(['conv2d', 'depthwiseConv2d'] as const)('counts in a fused %s', async (convolution) => {
    const x = tf.ones([1, 3, 3, 4]) as tf.Tensor4D;
    const filter = tf.ones(convolution === 'conv2d' ? [3, 3, 4, 4] : [3, 3, 4, 1]) as tf.Tensor4D;
    const matrix = tf.tensor2d([
      [1, 2],
      [3, 4],
    ]);
    const bias = tf.reshape(matrix, [4]);
    const fused = () => tf.fused[convolution]({ x, filter, strides: 1, pad: 'valid', bias });
    const y = fused();
    const sum = convolution === 'conv2d' ? 36 : 9;
    expect(await y.data()).toBeAllClose([1, 2, 3, 4].map((each) => sum + each));
    await expectNoTensorLeak(() => fused().dispose());
    tf.dispose([x, filter, matrix, bias, y]);
  });

  it('counts in one large enough for our own kernel', async () => {
    const x = tf.ones([2, 14, 14, 4]) as tf.Tensor4D;
    const filter = tf.ones([3, 3, 4, 64]) as tf.Tensor4D;
    const matrix = tf.tensor([...Array(64).keys()], [8, 8]);
    const bias = tf.reshape(matrix, [64]);
    const y = tf.fused.conv2d({ x, filter, strides: 1, pad: 'valid', bias });
    const values = await y.data();
    expect([0, 1, 63, 64].map((at) => values[at])).toEqual([36, 37, 99, 36]);
    tf.dispose([x, filter, matrix, bias, y]);
  });
});

describe('conv2d: memory', () => {
  it('leaves no tensor behind', async () => {
    const [x, filter] = [tf.ones([1, 4, 4, 2]), tf.ones([2, 2, 2, 1])];
    const gradients = tf.grads((a, b) => tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'valid'));
    await expectNoTensorLeak(() => tf.dispose(gradients([x, filter])));
    tf.dispose([x, filter]);
  });
});
