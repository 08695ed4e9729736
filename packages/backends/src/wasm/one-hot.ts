import * as tf from '@tensorflow/tfjs-core';
import { provideKernel } from './provide-kernel.ts';

/** The stock kernel writes integers, whatever type is asked for. */
export function provideOneHot(): void {
  provideKernel<'indices', tf.OneHotAttrs>('OneHot', ({ inputs, attrs, stock }) => {
    const { depth, onValue, offValue, dtype } = attrs;
    if (dtype === 'int32') return stock();
    const indices = inputs.indices as tf.Tensor;
    return tf.tidy(() => {
      const flags: tf.Tensor = tf
        .engine()
        .runKernel('OneHot', { indices }, { depth, onValue: 1, offValue: 0, dtype: 'int32' });
      const hot = tf.cast(flags, 'float32');
      return tf.cast(tf.add(tf.mul(hot, onValue - offValue), offValue), dtype);
    });
  });
}
