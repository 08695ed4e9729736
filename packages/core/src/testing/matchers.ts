import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/** How far a float may be from its expectation: `absolute + relative · |expected|`. */
export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

/**
 * The tolerance of float32 arithmetic on the active backend.
 *
 * WGSL leaves transcendental functions loose, so WebGPU gets more room than the backends with IEEE arithmetic.
 */
export function backendTolerance(): Tolerance {
  return tf.getBackend() === 'webgpu'
    ? { absolute: 1e-4, relative: 1e-3 }
    : { absolute: 2e-6, relative: 1e-5 };
}

function firstDifference(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { absolute, relative }: Tolerance,
): string | null {
  if (actual.length !== expected.length) return `${actual.length} values, expected ${expected.length}`;
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i]!;
    const e = expected[i]!;
    if (Object.is(a, e) || a === e) continue;
    // The negation also catches NaN on one side only.
    if (!(Math.abs(a - e) <= absolute + relative * Math.abs(e)) || !Number.isFinite(e)) {
      return `value ${i} is ${a}, expected ${e} (difference ${Math.abs(a - e)})`;
    }
  }
  return null;
}

declare module 'vitest' {
  interface Matchers {
    /** Every value is within the active backend's tolerance, or the one given, of its expectation. */
    toBeAllClose(expected: ArrayLike<number>, tolerance?: Tolerance): void;
  }
}

expect.extend({
  toBeAllClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = backendTolerance()) {
    const fault = firstDifference(actual, expected, tolerance);
    return { pass: fault === null, message: () => fault ?? 'all values are close, expected some not to be' };
  },
});
