import type { Random } from '@arborize/core';
import type { Optimizer } from '@tensorflow/tfjs-core';
import { drawValues } from '../layer/initial-values.ts';
import type { SparseDense } from '../layer/sparse-dense.ts';
import { topologyOf } from '../pattern/sparse-pattern.ts';
import { positionsOf } from '../pattern/topology.ts';
import { type Connections, type Rewired, rewired } from './connections.ts';
import { countMarks, type DropBy, feasibleFraction, markDropped, unmarked } from './drop.ts';
import type { EvolutionMoment, EvolutionPlan } from './evolution-callback.ts';
import { followTopology } from './follow-topology.ts';
import {
  freePositions,
  type Ground,
  growByGradient,
  growBySampledGradient,
  growRandom,
  type RecordedGradient,
} from './grow.ts';
import { aliveOf } from './neighbours.ts';

/**
 * Where new connections come from: `'random'`; `'gradient'`, the largest dense gradients, which needs memory for all
 * positions; `'sampledGradient'`, the largest among a few random candidates.
 */
export type GrowBy = 'random' | 'gradient' | 'sampledGradient';

/** How an evolution step replaces connections. */
export interface Replacement {
  readonly dropBy: DropBy;
  readonly grow: GrowBy;
  /** `'initializer'`: as the first values of the layer; `'zeros'`. */
  readonly growInit: 'initializer' | 'zeros';
  /** Candidates for each connection that `'sampledGradient'` grows. */
  readonly candidates: number;
}

/** Reads the connections of a layer. */
export async function connectionsOf(layer: SparseDense): Promise<Connections> {
  const { pattern, values } = layer.matrix;
  const [topology, read] = await Promise.all([topologyOf(pattern), values.data<'float32'>()]);
  return { topology, values: read };
}

/** Gives a layer its new connections, and its optimiser's moments their new places. */
export function applyRewired(layer: SparseDense, change: Rewired, optimizer: Optimizer | undefined): void {
  layer.rewire(change.topology, change.values);
  followTopology(optimizer, layer.valuesVariable.name, change.from);
}

/** A plan by which every layer replaces a share of its connections: `fraction` at time t of T, 0 for none. */
export function replacing(
  fraction: (t: number, total: number) => number,
  replacement: Replacement,
): Pick<EvolutionPlan, 'wantsGradient' | 'evolve'> {
  return {
    wantsGradient: replacement.grow !== 'random',
    evolve: async (moment) => {
      const share = fraction(moment.t, moment.total);
      if (!(share > 0)) return;
      for (const layer of moment.layers) await evolveLayer(layer, share, replacement, moment);
    },
  };
}

/** Replaces a share of a layer's connections; their number stays exactly as it was. */
export async function evolveLayer(
  layer: SparseDense,
  fraction: number,
  replacement: Replacement,
  { optimizer, random, gradientOf }: Pick<EvolutionMoment, 'optimizer' | 'random' | 'gradientOf'>,
): Promise<void> {
  const connections = await connectionsOf(layer);
  const { inputs, outputs } = connections.topology;
  const alive = aliveOf(layer);
  const positions = (alive.rows?.length ?? inputs) * (alive.columns?.length ?? outputs);
  const share = feasibleFraction(fraction, layer.connections, positions);
  if (!(share > 0)) return;
  const dropped = markDropped(connections.values, share, replacement.dropBy);
  const count = countMarks(dropped);
  if (count === 0) return;
  const kept = unmarked(positionsOf(connections.topology), dropped);
  const grown = await grow(
    { inputs, outputs, ...alive, kept },
    count,
    replacement,
    random,
    gradientOf(layer),
  );
  const limit = replacement.growInit === 'zeros' ? 0 : layer.initialLimit;
  const values = limit === 0 ? new Float32Array(count) : drawValues(count, limit, random);
  const revive = replacement.grow !== 'random';
  applyRewired(layer, rewired(connections, dropped, { positions: grown, values }, revive), optimizer);
}

function grow(
  ground: Ground,
  count: number,
  { grow, candidates }: Replacement,
  random: Random,
  gradient: RecordedGradient | null,
): Promise<Float64Array> | Float64Array {
  if (grow === 'random' || !gradient) return growRandom(ground, count, random);
  if (grow === 'gradient') return growByGradient(ground, count, gradient);
  const drawn = Math.min(freePositions(ground), Math.ceil(candidates * count));
  return growBySampledGradient(ground, count, drawn, gradient, random);
}
