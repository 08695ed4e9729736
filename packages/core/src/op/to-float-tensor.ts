import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { ArgumentError } from '../errors/argument-error.ts';

/**
 * The float32 tensor that a public op works on: a tensor as it is, int32 and bool cast, numbers and arrays converted.
 *
 * @param value What the caller passed.
 * @param where The public function, for the error.
 * @param argument The argument's name, for the error.
 * @throws ArgumentError if `value` is a string or complex tensor, or cannot be converted.
 */
export function toFloatTensor(value: Tensor | TensorLike, where: string, argument: string): Tensor {
  const fault = (got: unknown) =>
    new ArgumentError({
      where,
      argument,
      got,
      expected: 'a float32, int32 or bool tensor, a number, or an array of numbers',
    });
  if (value instanceof tf.Tensor) {
    if (value.dtype === 'float32') return value;
    if (value.dtype === 'int32' || value.dtype === 'bool') return tf.cast(value, 'float32');
    throw fault(value);
  }
  const numeric = typeof value === 'number' || Array.isArray(value) || ArrayBuffer.isView(value);
  if (!numeric) throw fault(value);
  const tensor = tf.tensor(value);
  if (tensor.dtype === 'string') {
    tensor.dispose();
    throw fault(value);
  }
  return tensor.dtype === 'float32' ? tensor : tf.cast(tensor, 'float32');
}
