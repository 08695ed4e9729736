import * as tf from '@tensorflow/tfjs-core';
import { beforeEach } from 'vitest';

/** Skips the tests of a file on backends that do not run the kernels under test, save `cpu`, their reference. */
export function skipElsewhere(): void {
  const here = ['wasm', 'cpu'].includes(tf.getBackend());
  beforeEach(({ skip }) => skip(!here, 'they test kernels of the WASM backend, and run there and on cpu'));
}
