import { ArgumentError, Random } from '@arborize/core';

/** Options of {@link splitClasses}. */
export interface SplitClassesOptions {
  /** How many classes there are. */
  readonly classes: number;
  /** How many tasks; it divides `classes`. */
  readonly tasks: number;
  /** Decides which classes go together, an integer; null for those that are neighbours. Default 0. */
  readonly seed?: number | null;
}

/** The part of a data set that is one task. */
export interface ClassSplit {
  /** The classes of the task; its label i stands for class `classes[i]`. */
  readonly classes: Int32Array;
  /** Which samples it has. */
  readonly indices: Int32Array;
  /** Their labels within the task, from 0. */
  readonly labels: Int32Array;
}

/**
 * Splits a classification into tasks of equally many classes, shuffled, each with labels from 0 of its own.
 *
 * @param labels The class of each sample.
 * @throws ArgumentError if the tasks do not divide the classes.
 * @example
 * const tasks = splitClasses(labels, { classes: 10, tasks: 5, seed: 1 }); // five tasks of two classes
 * @see Bain, "The Role Of Biology In Deep Learning", arXiv 2209.04425 (split CIFAR-100).
 */
export function splitClasses(
  labels: ArrayLike<number>,
  { classes, tasks, seed = 0 }: SplitClassesOptions,
): ClassSplit[] {
  if (!(Number.isInteger(tasks) && tasks >= 1 && classes % tasks === 0)) {
    const expected = `a divisor of the ${classes} classes`;
    throw new ArgumentError({ where: 'splitClasses', argument: 'options.tasks', got: tasks, expected });
  }
  const inOrder = Int32Array.from({ length: classes }, (_, i) => i);
  const order = seed === null ? inOrder : Int32Array.from(new Random(seed).permutation(classes));
  const each = classes / tasks;
  return Array.from({ length: tasks }, (_, task) => {
    const own = order.slice(task * each, (task + 1) * each);
    // A fresh table for each task: labels already mapped must not be mapped again.
    const labelOf = new Map(Array.from(own, (name, label) => [name, label]));
    const indices = Int32Array.from(Array.from(labels).flatMap((name, i) => (labelOf.has(name) ? [i] : [])));
    return { classes: own, indices, labels: indices.map((i) => labelOf.get(labels[i]!)!) };
  });
}
