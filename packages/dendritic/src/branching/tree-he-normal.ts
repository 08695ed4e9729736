import { Initializer, Random } from '@arborize/core';
import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Options of {@link TreeHeNormal}. */
export interface TreeHeNormalOptions {
  /** An integer; equal seeds give equal weights. Default: another one for each initialiser. */
  readonly seed?: number | null;
}

/**
 * He initialisation for the kernels of dendritic trees: normal with mean 0 and standard deviation √(2 / b), b being the
 * number of inputs that a node really has, the last axis of a kernel [units, nodes, b].
 *
 * The string `'treeHeNormal'` means the same once {@link registerDendritic} was called.
 *
 * @example
 * new TreeHeNormal({ seed: 1 }).apply([10, 28, 28]); // standard deviation 0.267
 * @see Han, Gorobets and Chen, arXiv 2207.00708; He et al., arXiv 1502.01852, eq. 10.
 */
export class TreeHeNormal extends Initializer {
  static className = 'treeHeNormal';
  private readonly seed: number | null;

  constructor({ seed = null }: TreeHeNormalOptions = {}) {
    super();
    this.seed = seed;
  }

  override apply(shape: number[]): Tensor {
    const deviation = Math.sqrt(2 / shape.at(-1)!);
    const size = tf.util.sizeFromShape(shape);
    // Levels differ in their number of nodes: with streams of their own they do not repeat each other's weights.
    const random = new Random(this.seed ?? Math.floor(Math.random() * 2 ** 31)).fork(shape.at(-2) ?? 0);
    return tf.tensor(
      Float32Array.from({ length: size }, () => random.normal(0, deviation)),
      shape,
    );
  }

  override getConfig(): serialization.ConfigDict {
    return { seed: this.seed };
  }
}
