import type { DataType, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import { maskKernel } from './mask-kernel.ts';
import { SparseMask } from './sparse-mask.ts';
import type { SparseSettings } from './sparse-options.ts';

type AddMask = (
  name: string,
  shape: number[],
  dtype: DataType,
  initializer: SparseMask,
  regularizer: undefined,
  trainable: boolean,
) => LayerVariable;

/** Gives a built stock layer the weight `kernelMask` and sets what it masks to 0; nothing without sparsity. */
export function addKernelMask(
  layer: object,
  add: AddMask,
  { sparsity, seed }: SparseSettings,
): LayerVariable | undefined {
  if (sparsity === 0) return undefined;
  const kernel = (layer as { kernel: LayerVariable }).kernel.read() as Variable;
  const initializer = new SparseMask({ sparsity, seed: seed === null ? null : seed + 1 });
  const mask = add('kernelMask', kernel.shape, 'bool', initializer, undefined, false);
  tf.tidy(() => kernel.assign(maskKernel({ kernel, mask: mask.read() }, {})));
  return mask;
}
