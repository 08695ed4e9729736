import type { Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import type { AddWeight } from '../stock-layers/stock-weights.ts';
import { maskKernel } from './mask-kernel.ts';
import { SparseMask } from './sparse-mask.ts';
import type { SparseSettings } from './sparse-options.ts';

/** Gives a built stock layer the weight `kernelMask` and sets what it masks to 0; nothing without sparsity. */
export function addKernelMask(
  layer: object,
  add: AddWeight,
  { sparsity, seed }: SparseSettings,
): LayerVariable | undefined {
  if (sparsity === 0) return undefined;
  const kernel = (layer as { kernel: LayerVariable }).kernel.read() as Variable;
  const initializer = new SparseMask({ sparsity, seed: seed === null ? null : seed + 1 });
  const mask = add('kernelMask', kernel.shape, 'bool', initializer, undefined, false);
  tf.tidy(() => kernel.assign(maskKernel({ kernel, mask: mask.read() }, {})));
  return mask;
}
