import type { Random } from '@arborize/core';

/** How first values are drawn, uniformly from [−L, L]: see {@link initialLimit}. */
export type SparseInitializer = 'sparseHe' | 'heUniform' | 'glorotUniform';

/**
 * The limit L of the first values of a layer.
 *
 *     sparseHe       √(6 / mean connections of an output)   keeps the variance of activations at every density
 *     heUniform      √(6 / inputs)                          as for a dense layer; activations shrink by √density
 *     glorotUniform  √(6 / (inputs + outputs))
 */
export function initialLimit(
  kind: SparseInitializer,
  inputs: number,
  outputs: number,
  connections: number,
): number {
  if (kind === 'glorotUniform') return Math.sqrt(6 / (inputs + outputs));
  if (kind === 'heUniform' || connections === 0) return Math.sqrt(6 / inputs);
  return Math.sqrt((6 * outputs) / connections);
}

/** `count` numbers from [−limit, limit). */
export function drawValues(count: number, limit: number, random: Random): Float32Array {
  return Float32Array.from({ length: count }, () => random.uniform(-limit, limit));
}
