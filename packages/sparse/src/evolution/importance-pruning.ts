import { trainedModel } from '@arborize/core';
import { Callback, type LayersModel } from '@tensorflow/tfjs-layers';
import type { SparseDense } from '../layer/sparse-dense.ts';
import { demandCount, demandFor, demandNatural } from './check-evolution.ts';
import { type Connections, without } from './connections.ts';
import { evolvingLayers } from './evolution-callback.ts';
import { applyRewired, connectionsOf } from './evolve-layer.ts';
import { targetOf } from './neighbours.ts';

/** Options of {@link importancePruning}. */
export interface ImportancePruningOptions {
  /** Units up to this percentile of importance go, in [0, 100). Default 20. */
  readonly percentile?: number;
  /** The first epoch, counted from 0, after which units go. Default 200. */
  readonly startEpoch?: number;
  /** Epochs from one pruning to the next. Default 10. */
  readonly everyEpochs?: number;
  /**
   * Whether a pruned unit is gone for good: its outgoing connections go too, and nothing grows on it again. `false` leaves it
   * to grow connections again, as the authors' code does. Default `true`.
   */
  readonly removePruned?: boolean;
}

/**
 * A callback that removes hidden units with weak incoming connections while `fit` trains, so that the network shrinks.
 *
 *     importance of unit j = Σ |W[i, j]| over its connections;   units up to the percentile lose them all
 *
 * Put it before {@link setEvolution}, which then keeps to the smaller number of connections.
 *
 * @throws ArgumentError for bad options, and when training begins with a model without sparse layers.
 * @example
 * const callbacks = [importancePruning({ startEpoch: 20, everyEpochs: 5 }), setEvolution()];
 * await model.fit(xs, ys, { epochs: 50, callbacks });
 * @see Curci et al., "Truly Sparse Neural Networks at Scale", arXiv 2102.01732, section 3.
 */
export function importancePruning({
  percentile = 20,
  startEpoch = 200,
  everyEpochs = 10,
  removePruned = true,
}: ImportancePruningOptions = {}): Callback {
  const demand = demandFor('importancePruning');
  demand(percentile >= 0 && percentile < 100, 'percentile', percentile, 'in [0, 100)');
  demandNatural(demand, 'startEpoch', startEpoch);
  demandCount(demand, 'everyEpochs', everyEpochs);
  return new ImportancePruning({ percentile, startEpoch, everyEpochs, removePruned });
}

class ImportancePruning extends Callback {
  constructor(private readonly options: Required<ImportancePruningOptions>) {
    super();
  }

  override async onTrainBegin(): Promise<void> {
    evolvingLayers(trainedModel(this, 'importancePruning'), 'importancePruning');
  }

  override async onEpochEnd(epoch: number): Promise<void> {
    const { startEpoch, everyEpochs, percentile, removePruned } = this.options;
    if (epoch < startEpoch || (epoch - startEpoch) % everyEpochs !== 0) return;
    if (epoch < (this.params as { epochs: number }).epochs - 1) {
      await pruneUnits(this.model, percentile, removePruned);
    }
  }
}

/**
 * Removes the hidden units of a trained model up to a percentile of importance, once; see {@link importancePruning}.
 *
 * @param percentile In [0, 100); choose it by the accuracy on validation data.
 * @param removePruned Whether the outgoing connections go, too. Default `true`.
 * @throws ArgumentError if the model has no sparse layer.
 */
export async function pruneUnits(model: LayersModel, percentile: number, removePruned = true): Promise<void> {
  for (const layer of evolvingLayers(model, 'pruneUnits')) {
    await pruneLayer(layer, model, percentile, removePruned);
  }
}

async function pruneLayer(
  layer: SparseDense,
  { optimizer }: LayersModel,
  percentile: number,
  removePruned: boolean,
): Promise<void> {
  const connections = await connectionsOf(layer);
  const { outputs, columnPointers } = connections.topology;
  const importance = importanceOf(connections);
  const candidates = layer.livingUnits ?? Int32Array.from({ length: outputs }, (_, j) => j);
  const threshold = percentileOf(
    Float64Array.from(candidates, (j) => importance[j]!),
    percentile,
  );
  const gone = new Uint8Array(outputs);
  for (const j of candidates) gone[j] = importance[j]! <= threshold ? 1 : 0;
  const dropped = new Uint8Array(connections.values.length);
  for (let j = 0; j < outputs; j++) {
    if (gone[j]) dropped.fill(1, columnPointers[j], columnPointers[j + 1]);
  }
  applyRewired(layer, without(connections, dropped), optimizer);
  if (!removePruned) return;
  layer.livingUnits = candidates.filter((j) => gone[j] === 0);
  const target = targetOf(layer);
  if (!target) return;
  const outgoing = await connectionsOf(target);
  const lost = Uint8Array.from(outgoing.topology.rowIndices, (row) => gone[row]!);
  applyRewired(target, without(outgoing, lost), optimizer);
}

/** The importance of each unit, [outputs]: the sum of the magnitudes of its incoming values. */
export function importanceOf({ topology, values }: Connections): Float64Array {
  const { outputs, columnPointers } = topology;
  const importance = new Float64Array(outputs);
  for (let j = 0; j < outputs; j++) {
    for (let p = columnPointers[j]!; p < columnPointers[j + 1]!; p++) importance[j]! += Math.abs(values[p]!);
  }
  return importance;
}

/** The q-th percentile, between two numbers in proportion. */
export function percentileOf(numbers: Float64Array, q: number): number {
  const sorted = numbers.slice().sort();
  const at = (q / 100) * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below]!;
  return low + (at - below) * ((sorted[below + 1] ?? low) - low);
}
