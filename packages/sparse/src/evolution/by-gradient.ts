import type { Demand } from './check-evolution.ts';
import type { Replacement } from './evolve-layer.ts';

/**
 * The smallest weights go; connections grow from 0 where the gradient is largest, among all free positions or among this
 * many random candidates for each.
 */
export function byGradient(demand: Demand, candidates: number | undefined): Replacement {
  if (candidates !== undefined) demand(candidates >= 1, 'candidates', candidates, 'at least 1');
  return {
    dropBy: 'magnitude',
    grow: candidates === undefined ? 'gradient' : 'sampledGradient',
    growInit: 'zeros',
    candidates: candidates ?? 1,
  };
}
