import { ArgumentError, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Shape } from '../stock-layers/input-shape.ts';

/** The inputs of a layer that is called on x, [x, context] or [x, contexts, index]. */
export function contextInputs(inputs: Tensor | Tensor[]): {
  x: Tensor;
  context: Tensor | undefined;
  index: Tensor | undefined;
} {
  const [x, context, index] = Array.isArray(inputs) ? inputs : [inputs];
  return { x: x!, context, index: index && tf.reshape(index, [-1]) };
}

/** The shapes of x and of the context, if there is one. */
export function contextShape(inputShape: Shape | Shape[]): [Shape, Shape | undefined] {
  if (!Array.isArray(inputShape[0])) return [inputShape as Shape, undefined];
  const [x, context] = inputShape as Shape[];
  return [x!, context];
}

/** A context as [C]; the caller disposes of it. */
export function contextTensor(
  where: string,
  context: Tensor | TensorLike,
  width: number | undefined,
): Tensor {
  return tf.tidy(() => {
    const tensor = toFloatTensor(context, where, 'context');
    if (width !== undefined && tensor.size !== width) {
      throw new ArgumentError({ where, argument: 'context', got: tensor, expected: `${width} numbers` });
    }
    return tf.clone(tf.reshape(tensor, [-1]));
  });
}
