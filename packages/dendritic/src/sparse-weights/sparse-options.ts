import { ArgumentError } from '@arborize/core';
import { checkSparsity } from './sparse-mask.ts';
import { SparseUniform } from './sparse-uniform.ts';

/** Options of layers with sparse weights. */
export interface SparseOptions {
  /** The fraction of kernel weights that are 0 for ever, in [0, 1). Default 0. */
  readonly sparsity?: number;
  /** The fraction of inputs that are on, in (0, 1], e.g. the winners of the layer before: scales the kernel. Default 1. */
  readonly inputDensity?: number;
  /** Decides kernel, mask and segments; an integer. Default: other weights each time. */
  readonly seed?: number | null;
}

/** {@link SparseOptions} with every default filled in. */
export interface SparseSettings {
  readonly sparsity: number;
  readonly inputDensity: number;
  readonly seed: number | null;
}

/** @throws ArgumentError for an option out of range. */
export function checkedSparse(where: string, options: SparseOptions): SparseSettings {
  const { sparsity = 0, inputDensity = 1 } = options;
  const seed = options.seed ?? null;
  checkSparsity(where, sparsity);
  if (!(inputDensity > 0 && inputDensity <= 1)) {
    const expected = 'a fraction in (0, 1]';
    throw new ArgumentError({ where, argument: 'options.inputDensity', got: inputDensity, expected });
  }
  if (seed !== null && !Number.isSafeInteger(seed)) {
    throw new ArgumentError({ where, argument: 'options.seed', got: seed, expected: 'an integer' });
  }
  return { sparsity, inputDensity, seed };
}

/** The kernel's initialiser if the user names none. */
export function sparseUniform(settings: SparseSettings): SparseUniform {
  return new SparseUniform(settings);
}
