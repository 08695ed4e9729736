/** Examples with their labels or targets, in plain arrays that belong to no backend. */
export interface Samples {
  /** Shape of one example, e.g. `[28, 28, 1]`. */
  readonly shape: readonly number[];
  /** The examples one after the other, `count` × product of `shape`, row-major. Images are scaled to [0, 1]. */
  readonly xs: Float32Array;
  /** One class index, or one target for regression, per example. */
  readonly ys: Int32Array | Float32Array;
  /** Number of classes; 0 for regression. */
  readonly classes: number;
  readonly count: number;
}

/** Samples to learn from and samples to be judged by. */
export interface Dataset {
  readonly name: string;
  readonly train: Samples;
  readonly test: Samples;
  /** Name of each class, by class index. */
  readonly classNames?: readonly string[];
}

/** Numbers in one example. */
export function sampleSize({ shape }: Pick<Samples, 'shape'>): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
