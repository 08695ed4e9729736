import { ArgumentError, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import type { SparseMatrix, SparsePattern } from '../pattern/sparse-pattern.ts';
import type { Layout } from './product-call.ts';

/** The stored values as a float tensor that fits the pattern. */
export function checkMatrix(where: string, { pattern, values }: SparseMatrix): Tensor {
  const stored = toFloatTensor(values, where, 'sparse.values');
  if (stored.rank !== 1 || stored.size !== pattern.size) {
    const expected = `of shape [${pattern.size}], one for each stored position`;
    throw new ArgumentError({ where, argument: 'sparse.values', got: stored, expected });
  }
  return stored;
}

export function checkLayout(where: string, layout: Layout): void {
  if (layout === 'batchMajor' || layout === 'featureMajor') return;
  const expected = "'batchMajor' or 'featureMajor'";
  throw new ArgumentError({ where, argument: 'options.layout', got: layout, expected });
}

/** Activations as a float matrix with the given number of features. */
export function checkActivations(
  where: string,
  argument: string,
  value: Tensor | TensorLike,
  features: number,
  layout: Layout,
  { shape: [inputs, outputs] }: SparsePattern,
): Tensor {
  const x = toFloatTensor(value, where, argument);
  if (x.rank !== 2 || x.shape[layout === 'batchMajor' ? 1 : 0] !== features) {
    const shape = layout === 'batchMajor' ? `[batch, ${features}]` : `[${features}, batch]`;
    const expected = `of shape ${shape} for a sparse matrix of shape [${inputs}, ${outputs}]`;
    throw new ArgumentError({ where, argument, got: x, expected });
  }
  return x;
}
