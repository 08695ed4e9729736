import * as tf from '@tensorflow/tfjs-core';
import { beforeEach } from 'vitest';

/**
 * Skips the tests of a file on backends that do not run the kernels under test, save `cpu`, their reference.
 *
 * @param others Backends beside `wasm` that have kernels of ours for it.
 */
export function skipElsewhere(...others: string[]): void {
  const here = ['wasm', 'cpu', ...others].includes(tf.getBackend());
  beforeEach(({ skip }) => skip(!here, 'they test kernels of ours, and run where those are and on cpu'));
}
