import type { Optimizer } from '@tensorflow/tfjs-core';
import type { SparseDense } from '../layer/sparse-dense.ts';
import { without } from './connections.ts';
import { applyRewired, connectionsOf } from './evolve-layer.ts';
import { markSmallest } from './select.ts';

/** Removes the smallest connections of several layers together until `keep` are left; none if there are no more than that. */
export async function pruneGlobally(
  layers: readonly SparseDense[],
  keep: number,
  optimizer: Optimizer,
): Promise<void> {
  const all = await Promise.all(layers.map(connectionsOf));
  const magnitudes = new Float32Array(all.reduce((sum, { values }) => sum + values.length, 0));
  let at = 0;
  for (const { values } of all) {
    magnitudes.set(values.map(Math.abs), at);
    at += values.length;
  }
  if (magnitudes.length <= keep) return;
  const dropped = markSmallest(magnitudes, magnitudes.length - keep);
  at = 0;
  for (const [i, connections] of all.entries()) {
    const own = dropped.subarray(at, at + connections.values.length);
    at += own.length;
    if (own.includes(1)) applyRewired(layers[i]!, without(connections, own), optimizer);
  }
}
