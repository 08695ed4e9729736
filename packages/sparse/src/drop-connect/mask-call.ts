import type { Tensor } from '@tensorflow/tfjs-core';

/** The masks of a product by their seed and the probability of keeping, numerator / 2^bits; what it gives is times `scale`. */
export interface MaskCall {
  readonly seed: number;
  readonly numerator: number;
  readonly bits: number;
  readonly scale: number;
}

/** Examples, inputs and outputs. */
export interface ProductSizes {
  readonly batch: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** Words in the mask of one output. */
export const wordsFor = (inputs: number) => Math.ceil(inputs / 32);

export function sizesOf(row: Tensor, kernel: Tensor): ProductSizes {
  const [inputs, outputs] = kernel.shape as [number, number];
  return { batch: row.shape[0]!, inputs, outputs };
}

export function sizesOfRows(x: Tensor, du: Tensor): ProductSizes {
  return { batch: x.shape[0]!, inputs: x.shape[1]!, outputs: du.shape[1]! };
}
