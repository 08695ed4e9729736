import { Initializer, Random } from '@arborize/core';
import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { randomSeed } from './random-seed.ts';
import { checkSparsity } from './sparse-mask.ts';

/** Options of {@link SparseUniform}. */
export interface SparseUniformOptions {
  /** The fraction of weights that are 0, in [0, 1). Default 0. */
  readonly sparsity?: number;
  /** The fraction of inputs that are on, in (0, 1], e.g. the winners of the layer before. Default 1. */
  readonly inputDensity?: number;
  /** Default: another seed each time. */
  readonly seed?: number | null;
}

/**
 * Uniform kernels scaled for sparse weights that read sparse inputs: U(−h, h), h = 1/√(inputDensity·(1 − sparsity)·fan-in),
 * so that pre-activations keep the variance of a dense layer.
 *
 * @throws ArgumentError for a fraction out of range.
 * @example
 * tf.layers.dense({ units: 10, kernelInitializer: new SparseUniform({ inputDensity: 0.05 }) });
 * @see Iyer et al., "Avoiding Catastrophe", arXiv 2201.00042.
 */
export class SparseUniform extends Initializer {
  static className = 'SparseUniform';
  private readonly sparsity: number;
  private readonly inputDensity: number;
  private readonly seed: number | null;

  constructor({ sparsity = 0, inputDensity = 1, seed = null }: SparseUniformOptions = {}) {
    super();
    checkSparsity('SparseUniform', sparsity);
    checkSparsity('SparseUniform', 1 - inputDensity, 'one minus options.inputDensity');
    this.sparsity = sparsity;
    this.inputDensity = inputDensity;
    this.seed = seed;
  }

  override apply(shape: (number | null)[]): Tensor {
    const inputs = tf.util.sizeFromShape(shape.slice(0, -1) as number[]);
    const bound = 1 / Math.sqrt(this.inputDensity * (1 - this.sparsity) * inputs);
    return uniformTensor(shape as number[], bound, this.seed);
  }

  override getConfig(): serialization.ConfigDict {
    return { sparsity: this.sparsity, inputDensity: this.inputDensity, seed: this.seed };
  }
}

/** U(−bound, bound), the same numbers on every backend. */
export function uniformTensor(shape: number[], bound: number, seed: number | null): Tensor {
  const random = new Random(seed ?? randomSeed());
  const values = new Float32Array(tf.util.sizeFromShape(shape));
  for (let i = 0; i < values.length; i++) values[i] = random.uniform(-bound, bound);
  return tf.tensor(values, shape);
}
