import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { DropBy } from '../evolution/drop.ts';
import type { SparseDense } from '../layer/sparse-dense.ts';
import { mergeConnections } from './merge-connections.ts';
import type { Result } from './messages.ts';
import { takeOver } from './server-state.ts';
import type { SharedState } from './shared-state.ts';

/** Gives the model the mean of what the workers made of it, with as many connections as it has. */
export function mergeReplicas(
  model: LayersModel,
  { topologies }: SharedState,
  results: readonly Result[],
  by: DropBy,
): void {
  const mean = (each: (result: Result) => readonly Float32Array[]) =>
    each(results[0]!).map((_, i) => meanOf(results.map((result) => each(result)[i]!)));
  const [weights, moments] = [mean((result) => result.weights), mean((result) => result.moments)];
  for (const [i, { layer: index, parameter, inputs, outputs }] of topologies.entries()) {
    const layer = model.layers[index] as SparseDense;
    const replicas = results.map((result) => ({
      topology: { inputs, outputs, ...result.topologies[i]! },
      values: result.weights[parameter]!,
      moments: result.moments[parameter]!,
    }));
    const merged = mergeConnections(replicas, layer.connections, by);
    layer.rewire(merged.topology, merged.values);
    weights[parameter] = merged.values;
    moments[parameter] = merged.moments;
  }
  takeOver(model, weights, moments);
}

function meanOf(arrays: readonly Float32Array[]): Float32Array {
  return Float32Array.from(arrays[0]!, (_, p) => {
    let sum = 0;
    for (const array of arrays) sum += array[p]!;
    return sum / arrays.length;
  });
}
