import { ArgumentError, Initializer, Random } from '@arborize/core';
import type { DataType, serialization, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { randomSeed } from './random-seed.ts';

/** Options of {@link SparseMask}. */
export interface SparseMaskOptions {
  /** The fraction of weights that are 0, in [0, 1). */
  readonly sparsity: number;
  /** Default: another seed each time. */
  readonly seed?: number | null;
}

/**
 * A fixed random choice of weights: each output unit (the last axis) has exactly round((1 − sparsity)·fan-in) inputs,
 * halves rounded to even, chosen without replacement.
 */
export class SparseMask extends Initializer {
  static className = 'SparseMask';
  private readonly sparsity: number;
  private readonly seed: number | null;

  constructor({ sparsity, seed = null }: SparseMaskOptions) {
    super();
    checkSparsity('SparseMask', sparsity);
    this.sparsity = sparsity;
    this.seed = seed;
  }

  override apply(shape: (number | null)[], dtype: DataType = 'bool'): Tensor {
    const outputs = shape.at(-1)!;
    const inputs = tf.util.sizeFromShape(shape.slice(0, -1) as number[]);
    const kept = keptInputs(this.sparsity, inputs);
    const random = new Random(this.seed ?? randomSeed());
    const mask = new Uint8Array(inputs * outputs);
    for (let output = 0; output < outputs; output++) {
      for (const input of random.permutation(inputs).subarray(0, kept)) mask[input * outputs + output] = 1;
    }
    return tf.tensor(mask, shape as number[], dtype);
  }

  override getConfig(): serialization.ConfigDict {
    return { sparsity: this.sparsity, seed: this.seed };
  }
}

/** How many inputs each output unit keeps. */
export function keptInputs(sparsity: number, inputs: number): number {
  return roundHalfEven((1 - sparsity) * inputs);
}

/** The nearest integer; the even one of two that are equally near. */
export function roundHalfEven(x: number): number {
  const down = Math.floor(x);
  if (x - down !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
}

/** @throws ArgumentError unless `sparsity` is in [0, 1). */
export function checkSparsity(where: string, sparsity: number, argument = 'options.sparsity'): void {
  if (sparsity >= 0 && sparsity < 1) return;
  throw new ArgumentError({ where, argument, got: sparsity, expected: 'a fraction in [0, 1)' });
}
