import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import { interleave } from './interleaved.ts';

/** A product of a branch's input and its kernel, with a bias if there is one. */
export type BranchProduct = (x: Tensor, kernel: Tensor, bias: Tensor | undefined) => Tensor;

/**
 * Basal and apical sums in turns: one product of one input with interleaved kernels, or a product of each of two inputs.
 *
 * @param bias Of both branches in turns.
 */
export function interleaveSums(
  inputs: readonly Tensor[],
  kernels: readonly LayerVariable[],
  bias: LayerVariable | null,
  product: BranchProduct,
): Tensor {
  const [basal, apical] = kernels;
  if (!apical) return product(inputs[0]!, basal!.read(), bias?.read());
  const [u, v] = [
    product(inputs[0]!, basal!.read(), undefined),
    product(inputs[1]!, apical.read(), undefined),
  ];
  const sums = interleave(u, v);
  return bias ? tf.add(sums, bias.read()) : sums;
}
