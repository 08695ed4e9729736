import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { columnsByColumn, scatterDense } from '../conversion/reference.ts';
import type { ProductCall, SampledCall } from './product-call.ts';

/** x·W, or x·Wᵀ, with W made dense: right everywhere, and as slow as a dense layer. */
export function product(
  x: Tensor,
  values: Tensor,
  bias: Tensor | null,
  { pattern, transposed, layout }: ProductCall,
): Tensor {
  const w = scatterDense(values, pattern);
  const batchMajor = layout === 'batchMajor';
  const y = batchMajor ? tf.matMul(x, w, false, transposed) : tf.matMul(w, x, !transposed, false);
  return bias ? tf.add(y, batchMajor ? bias : tf.expandDims(bias, 1)) : y;
}

/** Σ over the batch of a[row]·b[column] for each stored position: the two operands gathered, multiplied and summed. */
export function sampled(a: Tensor, b: Tensor, { pattern, layout }: SampledCall): Tensor {
  // Some backends cannot gather from, or sum over, nothing.
  if (pattern.size === 0 || a.size === 0) return tf.zeros([pattern.size]);
  const featureAxis = layout === 'batchMajor' ? 1 : 0;
  const left = tf.gather(a, pattern.rowIndices, featureAxis);
  const right = tf.gather(b, columnsByColumn(pattern), featureAxis);
  return tf.sum(tf.mul(left, right), 1 - featureAxis);
}
