import { getBackend } from '@tensorflow/tfjs-core';
import { beforeEach } from 'vitest';

/**
 * Skips the tests of the suite that calls it on every other backend, and says why in the summary.
 *
 * @param backends Names as `tf.getBackend()` gives them.
 * @param what What the tests are about, e.g. `'raw TensorFlow ops'`.
 *
 * @example
 * describe('withTensorflow', () => {
 *   onlyOn(['tensorflow'], 'raw TensorFlow ops');
 *   it('…', async () => {});
 * });
 */
export function onlyOn(backends: readonly string[], what: string): void {
  beforeEach(({ skip }) => {
    skip(!backends.includes(getBackend()), `${what}: tested on ${backends.join(', ')} only`);
  });
}
