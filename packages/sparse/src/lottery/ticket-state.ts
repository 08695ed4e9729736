import { CheckpointError, type CheckpointStorage, decodeFile, encodeFile } from '@arborize/core';
import { MaskSet, type MaskSetJson } from '../pruning/mask-set.ts';
import type { Snapshot } from './snapshot.ts';
import type { TicketMetrics } from './ticket-options.ts';

/** A level that is done. */
export interface LevelState {
  readonly metrics: TicketMetrics;
  /** What is kept after it: the masks of the next level. */
  readonly next: MaskSet;
}

/** All that is known so far. */
export interface TicketState {
  readonly levels: readonly LevelState[];
  /** Branches that are done, by kind and level. */
  readonly branches: Readonly<Record<string, TicketMetrics>>;
  /** The steps of the dense network's training. */
  readonly steps: number;
  readonly snapshots: {
    /** θ₀. */
    readonly initial: Snapshot;
    /** θ_k, where weights are rewound to a step; else θ₀. */
    readonly rewound: Snapshot;
    /** The dense network after its training. */
    readonly dense: Snapshot;
    /** The network of the last level after its training. */
    readonly last: Snapshot;
  };
}

interface Header {
  readonly settings: string;
  readonly levels: readonly { readonly metrics: TicketMetrics; readonly next: MaskSetJson }[];
  readonly branches: TicketState['branches'];
  readonly steps: number;
  readonly sizes: Readonly<Record<string, number>>;
}

/** Saves all, wholly or not at all. @param settings What a run must agree on to go on from here. */
export async function saveState(
  storage: CheckpointStorage,
  settings: string,
  { levels, branches, steps, snapshots }: TicketState,
): Promise<void> {
  const sizes = Object.fromEntries(Object.entries(snapshots).map(([name, blocks]) => [name, blocks.length]));
  const saved = levels.map(({ metrics, next }) => ({ metrics, next: next.toJSON() }));
  const header: Header = { settings, levels: saved, branches, steps, sizes };
  await storage.write(encodeFile({ header, blocks: Object.values(snapshots).flat() }));
}

/** What was saved; `null` if nothing was. Throws a `CheckpointError` for damage, and for other settings. */
export async function loadState(storage: CheckpointStorage, settings: string): Promise<TicketState | null> {
  const file = await storage.read();
  if (!file) return null;
  const { header, blocks } = decodeFile<Header>(file, storage.name);
  if (header.settings !== settings) {
    throw new CheckpointError(
      `${storage.name} belongs to tickets of other settings: it has ${header.settings}, these are ${settings}.`,
    );
  }
  let begin = 0;
  const snapshots = Object.entries(header.sizes).map(([name, size]) => {
    const part = blocks.slice(begin, begin + size);
    begin += size;
    return [name, part] as const;
  });
  return {
    levels: header.levels.map(({ metrics, next }) => ({ metrics, next: MaskSet.fromJSON(next) })),
    branches: header.branches,
    steps: header.steps,
    snapshots: Object.fromEntries(snapshots) as unknown as TicketState['snapshots'],
  };
}
