/**
 * What a continual run remembers: row t holds the accuracies, in [0, 1], on tasks 0 … t after training on task t.
 */
export type AccuracyMatrix = readonly (readonly number[])[];

/** The mean accuracy over all tasks after the last one; NaN for an empty matrix. */
export function finalAccuracy(matrix: AccuracyMatrix): number {
  return mean(matrix.at(-1) ?? []);
}

/**
 * How much was lost: for each task but the last, its best accuracy before the end minus that at the end, averaged; 0 for
 * fewer than two tasks.
 *
 * @example
 * forgetting([[0.9], [0.7, 0.8]]); // 0.2
 * @see Chaudhry et al., "Riemannian Walk for Incremental Learning", arXiv 1801.10112, §4.
 */
export function forgetting(matrix: AccuracyMatrix): number {
  const last = matrix.at(-1) ?? [];
  const lost = last.slice(0, -1).map((accuracy, task) => {
    const before = matrix.slice(task, -1).map((row) => row[task]!);
    return Math.max(...before) - accuracy;
  });
  return lost.length > 0 ? mean(lost) : 0;
}

/**
 * What later tasks did to earlier ones: for each task but the last, its accuracy at the end minus that right after it
 * was trained, averaged; negative where the net forgets. 0 for fewer than two tasks.
 *
 * @example
 * backwardTransfer([[0.9], [0.7, 0.8]]); // -0.2
 * @see Lopez-Paz and Ranzato, "Gradient Episodic Memory for Continual Learning", arXiv 1706.08840, §2.
 */
export function backwardTransfer(matrix: AccuracyMatrix): number {
  const last = matrix.at(-1) ?? [];
  const changes = last.slice(0, -1).map((accuracy, task) => accuracy - matrix[task]![task]!);
  return changes.length > 0 ? mean(changes) : 0;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
