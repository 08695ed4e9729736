import type { RandomState } from '@arborize/core';
import type { SetOptions } from '../evolution/set-evolution.ts';
import type { AloneState } from './alone-states.ts';
import type { DescentRule } from './descend.ts';
import type { SharedState } from './shared-state.ts';
import type { SharedSet } from './shared-tensors.ts';

/** Losses and metrics of a model by their names, as it was compiled with. */
export type Named = string | readonly string[] | { readonly [output: string]: string };

/** All a worker needs to know. */
export interface Task {
  readonly worker: number;
  readonly workers: number;
  readonly mode: 'wasap' | 'wassp';
  /** The model without its weights: they are in the shared state. */
  readonly topology: string;
  readonly loss: Named;
  readonly metrics: Named;
  readonly rule: DescentRule;
  readonly learningRate: number;
  readonly state: SharedState;
  readonly xs: SharedSet;
  readonly ys: SharedSet;
  readonly batchSize: number;
  /** Batches in the block of each worker. */
  readonly batches: number;
  /** Updates in an epoch of the server, asynchronous ones. */
  readonly updates: number;
  readonly seed: number;
  readonly shuffle: boolean;
  readonly startEpoch: number;
  /** Epochs trained together, and all epochs. */
  readonly together: number;
  readonly epochs: number;
  readonly evolution: SetOptions | null;
  /** Whether workers say where they are after each epoch alone. */
  readonly tellsStates: boolean;
}

/** What a worker needs to know to go on alone. */
export interface Parting {
  /** Epochs done. */
  readonly epoch: number;
  readonly random: RandomState;
  /** The model, where that is not the shared one. */
  readonly result: Result | null;
  /** By the order of the shared topologies. */
  readonly livingUnits: readonly (Int32Array | null)[];
}

/** What a worker hands back in the end: weights and moments of each parameter, and topologies. */
export interface Result {
  readonly weights: readonly Float32Array[];
  readonly moments: readonly Float32Array[];
  readonly topologies: readonly { readonly columnPointers: Int32Array; readonly rowIndices: Int32Array }[];
}

export type WorkerMessage =
  | { readonly kind: 'ready'; readonly lock: string | null }
  | { readonly kind: 'epoch' }
  | {
      readonly kind: 'alone';
      readonly epoch: number;
      readonly logs: readonly number[];
      readonly state: AloneState | null;
    }
  | { readonly kind: 'result'; readonly result: Result }
  | { readonly kind: 'failed'; readonly message: string; readonly stack: string | undefined };

export type ServerMessage =
  | { readonly kind: 'task'; readonly task: Task }
  | { readonly kind: 'part'; readonly parting: Parting };
