import type { MaskSet } from '../pruning/mask-set.ts';
import type { Snapshot } from './snapshot.ts';
import type { TicketMetrics } from './ticket-options.ts';
import type { TicketState } from './ticket-state.ts';
import type { TrainedTicket } from './train-ticket.ts';

/** A level of iterative pruning that is done. */
export interface TicketLevel {
  /** How often the network was pruned before this training; 0 for the dense one. */
  readonly level: number;
  /** The share of the prunable weights that it had. */
  readonly density: number;
  readonly kept: number;
  readonly metrics: TicketMetrics;
}

/** The levels that are done. */
export function levelsOf(state: TicketState | null): TicketLevel[] {
  return (state?.levels ?? []).map(({ metrics }, level) => {
    const { size, kept } = state!.levels[Math.max(0, level - 1)]!.next;
    return { level, density: level === 0 ? 1 : kept / size, kept: level === 0 ? size : kept, metrics };
  });
}

/** The state after one more level. @param next What is kept after it. */
export function withLevel(
  before: TicketState | null,
  initial: Snapshot,
  { metrics, trained, captured, steps }: TrainedTicket,
  next: MaskSet,
): TicketState {
  const snapshots = before?.snapshots ?? { initial, rewound: captured ?? [], dense: trained };
  return {
    levels: [...(before?.levels ?? []), { metrics, next }],
    branches: before?.branches ?? {},
    steps: before?.steps ?? steps,
    snapshots: { ...snapshots, last: trained },
  };
}
