import { expectNoTensorLeak } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, it } from 'vitest';
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
  { x: [2, 5, 5, 8], filter: [3, 3, 1] },
  { x: [1, 6, 7, 5], filter: [3, 2, 1], pad: 'same' },
  { x: [2, 7, 5, 3], filter: [3, 3, 2], pad: 'same' },
  { x: [2, 7, 8, 6], filter: [3, 3, 1], strides: [2, 2], pad: 'same' },
  { x: [1, 6, 5, 4], filter: [2, 3, 3], strides: [2, 2], pad: explicit },
  { x: [2, 2, 2, 4], filter: [4, 4, 1], pad: 'same' },
  { x: [1, 6, 4, 3], filter: [2, 2, 2], strides: [3, 3], pad: 'same' },
  { x: [1, 1, 1, 1], filter: [1, 1, 1] },
  { x: [0, 4, 4, 3], filter: [3, 3, 1] },
];

describe('depthwiseConv2d: values and gradients against reference', () => {
  for (const convolution of convolutions) {
    const { strides = [1, 1], pad } = convolution;
    it(title(convolution), () =>
      expectConvolution({ ...convolution, depthwise: true }, (x, filter) =>
        tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, tfPadding(pad)),
      ),
    );
  }
});

describe('depthwiseConv2d: memory', () => {
  it('leaves no tensor behind', async () => {
    const [x, filter] = [tf.ones([1, 4, 4, 2]), tf.ones([2, 2, 2, 1])];
    const gradients = tf.grads((a, b) => tf.depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'valid'));
    await expectNoTensorLeak(() => tf.dispose(gradients([x, filter])));
    tf.dispose([x, filter]);
  });
});
