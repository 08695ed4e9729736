import type { Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { magnitudeMasks } from '../pruning/magnitude-masks.ts';
import { MaskSet } from '../pruning/mask-set.ts';
import { prunableWeights } from '../pruning/prunable-weights.ts';
import { isNofM } from '../pruning/structure.ts';
import type { TicketPruning } from './ticket-options.ts';

/** The weights that are pruned, in the order of the layers. */
export function ticketWeights(
  model: LayersModel,
  { exclude, outputFactor = 1 }: TicketPruning,
): Record<string, Variable> {
  const weights = Object.entries(prunableWeights(model, { exclude }));
  return Object.fromEntries(outputFactor === 0 ? weights.slice(0, -1) : weights);
}

/** Prunes once. */
export function pruneTicket(
  weights: Readonly<Record<string, Variable>>,
  masks: MaskSet | null,
  { fraction = 0.2, scope, outputFactor = 1, structure = 'unstructured', minLayerDensity }: TicketPruning,
): Promise<MaskSet> {
  const names = Object.keys(weights);
  const byLayer = () =>
    names.map((name, i) => [name, i < names.length - 1 ? fraction : fraction * outputFactor] as const);
  const slower = outputFactor > 0 && outputFactor < 1;
  return magnitudeMasks(weights, {
    ...(!isNofM(structure) && { fraction: slower ? Object.fromEntries(byLayer()) : fraction }),
    scope,
    structure,
    minLayerDensity,
    within: masks ?? undefined,
  });
}

/** Masks under the names of another model of the same architecture: those that tfjs-layers gives count up. */
export function renamed(masks: MaskSet, weights: Readonly<Record<string, Variable>>): MaskSet {
  const names = Object.keys(weights);
  return new MaskSet(masks.names.map((name, i) => [names[i]!, masks.get(name)!] as const));
}
