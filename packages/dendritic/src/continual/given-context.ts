import { ArgumentError } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ContextSource } from './context-source.ts';

/**
 * Contexts that are told, in tests too: row t is the context of task t.
 *
 * @param contexts One row of equal width for each task.
 * @throws ArgumentError for no rows or rows of different widths.
 * @example
 * const contexts = new GivenContext([[1, 0], [0, 1]]);
 */
export class GivenContext implements ContextSource {
  readonly constant = true;
  readonly width: number;
  private readonly rows: readonly Float32Array[];
  private task = 0;

  constructor(contexts: readonly (readonly number[])[]) {
    this.rows = contexts.map((row) => Float32Array.from(row));
    this.width = this.rows[0]?.length ?? 0;
    if (this.width > 0 && this.rows.every((row) => row.length === this.width)) return;
    throw new ArgumentError({
      where: 'GivenContext',
      argument: 'contexts',
      got: contexts.map((row) => row.length),
      expected: 'rows of one width ≥ 1',
    });
  }

  get count(): number {
    return this.rows.length;
  }

  async beginTask(_: Tensor, task: number): Promise<void> {
    if (task >= this.count) {
      const expected = `one of the ${this.count} tasks that contexts were given for`;
      throw new ArgumentError({ where: 'GivenContext', argument: 'task', got: task, expected });
    }
    this.task = task;
  }

  async observe(): Promise<Float32Array> {
    return this.context(this.task);
  }

  async infer(xs: Tensor, task: number): Promise<Int32Array> {
    return new Int32Array(xs.shape[0]!).fill(task);
  }

  context(i: number): Float32Array {
    return this.rows[i]!;
  }

  toJSON(): number {
    return this.task;
  }

  restore(json: unknown): void {
    this.task = json as number;
  }
}

/**
 * The task's number as a vector of its own: 1 at the task, 0 elsewhere.
 *
 * @example
 * oneHotContext(2); // the contexts [1, 0] and [0, 1]
 */
export function oneHotContext(tasks: number): GivenContext {
  return new GivenContext(
    Array.from({ length: tasks }, (_, i) => Array.from({ length: tasks }, (__, j) => Number(i === j))),
  );
}
