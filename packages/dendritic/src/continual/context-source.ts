import type { Tensor } from '@tensorflow/tfjs-core';

/** Where the contexts of a continual run come from. */
export interface ContextSource {
  /** Whether all samples of a task have the same context in training. */
  readonly constant: boolean;
  /** The width C of every context. */
  readonly width: number;
  /** How many contexts there are by now. */
  readonly count: number;
  /** Called once with all training inputs [N, …] of a task, before its first batch. */
  beginTask(xs: Tensor, task: number): Promise<void>;
  /** The context [C] of a training batch [B, …] of the present task; a constant source needs no batch. */
  observe(batch?: Tensor): Promise<Float32Array>;
  /** For each sample of [N, …] the number of its context; `task` is there for sources that are told. */
  infer(xs: Tensor, task: number): Promise<Int32Array>;
  /** Context number i, [C]. */
  context(i: number): Float32Array;
  /** All that `restore` needs to go on, as JSON. */
  toJSON(): unknown;
  restore(json: unknown): void;
}
