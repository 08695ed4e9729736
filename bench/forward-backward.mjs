import * as tf from '@tensorflow/tfjs-core';
import { noise } from './data.mjs';
import { onBackend } from './peers/backends.mjs';

/**
 * A case: the value and the gradient of an activation; its result is both.
 *
 * @param ours The fused op.
 * @param others Other ways to compute it in TensorFlow.js, by name, on the same backend.
 * @param shape Of the input and of the value.
 * @param elsewhere Contenders that are not in TensorFlow.js, given the input and the gradient of the value.
 */
export function forwardBackward({ name, ours, others, shape, elsewhere = () => [] }) {
  const tensors = () => [noise(shape, 1, 4), noise(shape, 2)];
  const workOf = (f) => () => {
    const [x, dy] = tensors().map((tensor) => tf.tensor(tensor.values, tensor.shape));
    const valueAndGradient = tf.valueAndGrad(f);
    return {
      step() {
        const { value, grad } = valueAndGradient(x, dy);
        return [value, grad];
      },
      dispose: () => tf.dispose([x, dy]),
    };
  };
  return {
    name: `${name} forward and backward, ${shape.join('×')}`,
    work: workOf(ours),
    peers: (backend) => [
      ...Object.entries(others).map(([label, f]) => onBackend(backend, label, workOf(f))),
      ...elsewhere(tensors),
    ],
  };
}
