import * as tf from '@tensorflow/tfjs-core';
import { provideKernel } from './provide-kernel.ts';

/** A composition, as on the other backends: products over all axes, then sums over those that go. */
export function provideEinsum(): void {
  provideKernel<string, tf.EinsumAttrs>('Einsum', ({ inputs, attrs }) => {
    const tensors = inputs as unknown as tf.Tensor[];
    return tf.tidy(() => einsum(attrs.equation, tensors));
  });
}

function einsum(equation: string, tensors: tf.Tensor[]): tf.Tensor {
  const { decodeEinsumEquation, checkEinsumDimSizes, getEinsumComputePath, getEinsumPermutation } =
    tf.backend_util;
  const { allDims, summedDims, idDims } = decodeEinsumEquation(equation, tensors.length);
  checkEinsumDimSizes(allDims.length, idDims, tensors);
  const { path, steps } = getEinsumComputePath(summedDims, idDims);
  let product: tf.Tensor | undefined;
  let axes = allDims.length;
  for (const [i, step] of steps.entries()) {
    for (const term of step) {
      const { permutationIndices, expandDims } = getEinsumPermutation(axes, idDims[term]!);
      const x = tf.transpose(tensors[term]!, permutationIndices);
      const shape = [...x.shape];
      for (const axis of expandDims) shape.splice(axis, 0, 1);
      const factor = tf.reshape(x, shape);
      product = product ? tf.mul(factor, product) : factor;
    }
    if (i < steps.length - 1) {
      if (path[i]! >= 0) product = tf.sum(product!, path[i]! - (allDims.length - axes));
      axes--;
    }
  }
  return product!;
}
