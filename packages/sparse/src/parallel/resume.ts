import { type CheckpointStorage, loadCheckpoint, peekCheckpoint, Random } from '@arborize/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { SparseDense } from '../layer/sparse-dense.ts';
import { topologyFromPositions } from '../pattern/topology.ts';
import { type AloneStates, type PackedStates, unpackStates } from './alone-states.ts';
import { sparseLayers } from './sparse-layers.ts';

/** What a checkpoint says of the sparse layers besides their weights. */
export interface SparseState {
  readonly connections: number;
  readonly livingUnits: readonly number[] | null;
}

export function sparseStates(model: LayersModel): SparseState[] {
  return sparseLayers(model).map(({ connections, livingUnits }) => ({
    connections,
    livingUnits: livingUnits && [...livingUnits],
  }));
}

/** What a checkpoint of {@link fitParallel} says in its own words. */
export interface UserState {
  readonly sparse: SparseState[];
  readonly alone: PackedStates | null;
}

/** Where a checkpoint left off: epochs that all have done together, the stream of evolution, and phase 2. */
export interface Resumed {
  readonly epoch: number;
  readonly random: Random;
  readonly alone: AloneStates | null;
}

/**
 * Brings a model to where a checkpoint left it.
 *
 * @returns `null` if there is no checkpoint.
 */
export async function resume(storage: CheckpointStorage, model: LayersModel): Promise<Resumed | null> {
  const peeked = await peekCheckpoint(storage);
  if (!peeked) return null;
  const layers = sparseLayers(model);
  const states = (peeked.user as UserState | null)?.sparse ?? [];
  // Pruned layers have fewer connections than new ones; which those are comes with the weights.
  for (const [i, { connections }] of states.entries()) resize(layers[i], connections);
  const { epoch, random, user, arrays } = (await loadCheckpoint(storage, model))!;
  for (const [i, { livingUnits }] of states.entries()) {
    layers[i]!.livingUnits = livingUnits && Int32Array.from(livingUnits);
  }
  const { alone } = user as UserState;
  return {
    epoch,
    random: random.evolution ?? new Random(0),
    alone: alone ? unpackStates(alone, arrays) : null,
  };
}

function resize(layer: SparseDense | undefined, connections: number): void {
  if (!layer || layer.connections === connections || connections > layer.positions) return;
  const [inputs, outputs] = layer.matrix.pattern.shape;
  const positions = Float64Array.from({ length: connections }, (_, p) => p);
  layer.rewire(topologyFromPositions(inputs, outputs, positions), new Float32Array(connections));
}
