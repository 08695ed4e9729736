import { ArgumentError } from '@arborize/core';
import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import { oneShape, type Shape } from '../stock-layers/input-shape.ts';
import { constantInitializer } from './constant-initializer.ts';

type LayerOptions = NonNullable<ConstructorParameters<typeof tfl.layers.Layer>[0]>;

/** Options of {@link ContextTable}: the rows, or their shape for a model to be loaded. */
export interface ContextTableOptions extends LayerOptions {
  /** One context of equal width for each task. */
  readonly contexts?: readonly (readonly number[])[];
  /** Part of saved models: [tasks, width]. */
  readonly tableShape?: readonly [number, number];
}

/**
 * Stored contexts, looked up by the number of a task: what active dendrites compute is then computed once for each
 * context of the table, and not for each sample.
 *
 * Shapes: task numbers [B, 1] in; [contexts [D, C], index [B]] out, to be passed on to {@link ActiveDendriteDense} as
 * `[x, contexts, index]`. Weights: `contexts` [D, C], not trainable.
 *
 * @throws ArgumentError for no rows or rows of different widths, and on building for more than one number a sample.
 * @example
 * const x = tf.input({ shape: [784] });
 * const task = tf.input({ shape: [1], dtype: 'int32' });
 * const [contexts, index] = new ContextTable({ contexts: [[1, 0], [0, 1]] }).apply(task);
 * const z = new ActiveDendriteDense({ units: 64, segments: 10 }).apply([x, contexts, index]);
 */
export class ContextTable extends tfl.layers.Layer {
  static className = 'ContextTable';
  private readonly rows: readonly (readonly number[])[] | null;
  private readonly tableShape: readonly [number, number];
  private table?: LayerVariable;

  constructor(options: ContextTableOptions) {
    super(options);
    this.rows = options.contexts ?? null;
    this.tableShape = options.tableShape ?? [this.rows?.length ?? 0, this.rows?.[0]?.length ?? 0];
    const [count, width] = this.tableShape;
    if (count > 0 && width > 0 && (this.rows ?? []).every((row) => row.length === width)) return;
    throw new ArgumentError({
      where: 'ContextTable',
      argument: 'options.contexts',
      got: this.rows?.map((row) => row.length),
      expected: 'rows of one width ≥ 1',
    });
  }

  override build(inputShape: Shape | Shape[]): void {
    const task = oneShape('ContextTable', inputShape);
    if (task.length > 2 || (task.length === 2 && task[1] !== 1)) {
      const expected = 'of shape [samples, 1]';
      throw new ArgumentError({ where: 'ContextTable', argument: 'the task', got: [...task], expected });
    }
    const first = this.rows ? tf.tensor2d(this.rows as number[][]) : tf.zeros([...this.tableShape]);
    const shape = [...this.tableShape];
    this.table = this.addWeight('contexts', shape, 'float32', constantInitializer(first), undefined, false);
    first.dispose();
    super.build(inputShape);
  }

  override call(inputs: Tensor | Tensor[]): Tensor[] {
    return tf.tidy(() => {
      const index = Array.isArray(inputs) ? inputs[0]! : inputs;
      return [tf.clone(this.table!.read()), tf.cast(tf.reshape(index, [-1]), 'int32')];
    });
  }

  override computeOutputShape(): Shape[] {
    return [[null, this.tableShape[1]], [null]];
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), tableShape: [...this.tableShape] };
  }
}
