import * as tf from '@tensorflow/tfjs-core';

/** Pairs of a batch size and the density from which the dense product is faster, by rising batch size. */
export type BreakEven = readonly (readonly [batchSize: number, density: number])[];

// Measured on training steps of 1000 × 1000 on one core; calibrateSparse measures yours.
const DEFAULTS: Readonly<Record<string, BreakEven>> = {
  cpu: [[1, 1]],
  wasm: [
    [1, 0.2],
    [32, 0.5],
  ],
  webgpu: [[1, 0.1]],
  // Its sparse products are made of dense ones.
  tensorflow: [[1, 0]],
};

/** The density from which the dense product is faster for a batch: the pair of the largest batch size not above it. */
export function denseFrom(batchSize: number, table: BreakEven | undefined): number {
  const pairs = table ?? DEFAULTS[tf.getBackend()] ?? [];
  return pairs.findLast(([least]) => least <= batchSize)?.[1] ?? pairs[0]?.[1] ?? 1;
}
