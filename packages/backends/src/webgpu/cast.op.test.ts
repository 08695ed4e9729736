import { expectNoTensorLeak, onlyOn } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';

onlyOn(['cpu', 'webgpu'], 'casts, a kernel of ours on WebGPU');

describe('cast to float', () => {
  it.each(['int32', 'bool'] as const)(
    'makes floats of %s, also for kernels that read bits',
    async (dtype) => {
      const x = tf.tensor1d([1, 0, 1], dtype);
      const floats = tf.cast(x, 'float32');
      expect([...(await floats.data())]).toEqual([1, 0, 1]);
      const sums = tf.unsortedSegmentSum(floats, tf.tensor1d([0, 1, 0], 'int32'), 2);
      expect([...(await sums.data())]).toEqual([2, 0]);
      await expectNoTensorLeak(() => tf.cast(x, 'float32').dispose());
      tf.dispose([x, floats, sums]);
    },
  );
});
