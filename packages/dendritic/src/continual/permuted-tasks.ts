import { ArgumentError, Random } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import type { ContinualTask, LabelledTensors } from './continual-task.ts';

/** Options of {@link permutedTasks}. */
export interface PermutedTasksOptions {
  /** How many tasks, an integer ≥ 1. */
  readonly tasks: number;
  /** Decides the permutations, an integer. Default 42. */
  readonly seed?: number;
}

/**
 * Tasks from one data set: the first is the data as it is, each other has all features, e.g. pixels, in one fixed random
 * order of its own.
 *
 * @param train Inputs [N, I] and one-hot targets; they stay yours, and must live as long as the tasks.
 * @param test The same for tests.
 * @throws ArgumentError for inputs of another rank or no tasks.
 * @example
 * const tasks = permutedTasks(train, test, { tasks: 10 });
 */
export function permutedTasks(
  train: LabelledTensors,
  test: LabelledTensors,
  { tasks, seed = 42 }: PermutedTasksOptions,
): ContinualTask[] {
  const where = 'permutedTasks';
  if (!(Number.isInteger(tasks) && tasks >= 1)) {
    throw new ArgumentError({ where, argument: 'options.tasks', got: tasks, expected: 'an integer ≥ 1' });
  }
  if (train.xs.rank !== 2) {
    throw new ArgumentError({
      where,
      argument: 'train.xs',
      got: train.xs,
      expected: 'of shape [N, features]',
    });
  }
  const features = train.xs.shape[1]!;
  const random = new Random(seed);
  return Array.from({ length: tasks }, (_, task) => {
    const order = task === 0 ? null : Int32Array.from(random.fork(task).permutation(features));
    const permuted =
      ({ xs, ys }: LabelledTensors) =>
      () => ({
        xs: order ? tf.tidy(() => tf.gather(xs, tf.tensor1d(order, 'int32'), 1)) : tf.clone(xs),
        ys: tf.clone(ys),
      });
    return { train: permuted(train), test: permuted(test) };
  });
}
