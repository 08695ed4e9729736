import type { Optimizer, Tensor, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** A moment that an optimiser of tfjs-core keeps for a variable; its `originalName` begins with the variable's. */
interface Slot {
  readonly originalName: string;
  variable: Variable;
}

/**
 * Moves an optimiser's moments along with the connections they belong to; those of new connections become 0.
 *
 * @param optimizer Undefined for a model that is not compiled.
 * @param variable The name of the variable whose elements were moved.
 * @param from Where each element was before, −1 for a new one.
 */
export function followTopology(optimizer: Optimizer | undefined, variable: string, from: Int32Array): void {
  for (const slot of slotsOf(optimizer, variable)) {
    const moved = moveElements(slot.variable, from);
    if (moved.size === slot.variable.size) {
      slot.variable.assign(moved);
    } else {
      slot.variable.dispose();
      slot.variable = tf.variable(moved, false);
    }
    moved.dispose();
  }
}

function slotsOf(optimizer: Optimizer | undefined, variable: string): Slot[] {
  const lists = Object.values(optimizer ?? {}).filter(Array.isArray) as Slot[][];
  return lists.flat().filter((slot) => slot?.originalName?.startsWith(`${variable}/`));
}

function moveElements(values: Tensor, from: Int32Array): Tensor {
  if (from.length === 0) return tf.zeros([0]);
  return tf.tidy(() => {
    // New ones find their 0 behind the old.
    const source = from.map((p) => (p < 0 ? values.size : p));
    return tf.gather(tf.concat([tf.reshape(values, [-1]), tf.zeros([1])]), tf.tensor1d(source, 'int32'));
  });
}
