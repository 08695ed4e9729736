import { defineOp } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { lossModule, sizesOf } from './losses.ts';

type Pair = { target: Tensor; output: Tensor };

/** q, the outputs as shares of their sum, kept in [ε, 1 − ε]. */
function shares(output: Tensor, epsilon: number): Tensor {
  return tf.clipByValue(tf.div(output, tf.sum(output, -1, true)), epsilon, 1 - epsilon);
}

/** −Σ target · log q over the classes: the categorical cross-entropy of tfjs-layers, its gradient in one pass, too. */
export const crossentropy = defineOp<Pair, { epsilon: number }, Tensor>({
  name: 'CategoricalCrossentropy',
  reference: ({ target, output }, { epsilon }) =>
    tf.neg(tf.sum(tf.mul(target, tf.log(shares(output, epsilon))), -1)),
  kernels: {
    wasm({ inputs: { target, output }, attrs: { epsilon }, backend }) {
      const kernels = lossModule.on(backend);
      if (!kernels) return null;
      const loss = kernels.output(output.shape.slice(0, -1));
      const [y, p, to] = kernels.addresses(target, output, loss);
      kernels.exports.crossentropy(y, p, to, ...sizesOf(output), epsilon, 1 - epsilon);
      return loss;
    },
  },
  gradient: {
    saves: ['target', 'output'],
    of: (dy, { target, output }, attrs) => ({
      target: () => tf.neg(tf.mul(tf.expandDims(dy, -1), tf.log(shares(output, attrs.epsilon)))),
      output: (): Tensor => crossentropyGradient({ dy, target, output }, attrs),
    }),
  },
});

const crossentropyGradient = defineOp<Pair & { dy: Tensor }, { epsilon: number }, Tensor>({
  name: 'CategoricalCrossentropyGradient',
  reference({ dy, target, output }, { epsilon }) {
    const sum = tf.sum(output, -1, true);
    const q = tf.div(output, sum);
    const inside = tf.logicalAnd(tf.greaterEqual(q, epsilon), tf.lessEqual(q, 1 - epsilon));
    const counted = tf.where(inside, target, tf.zerosLike(target));
    const slope = tf.sub(tf.div(tf.sum(counted, -1, true), sum), tf.divNoNan(counted, output));
    return tf.mul(tf.expandDims(dy, -1), slope);
  },
  kernels: {
    wasm({ inputs: { dy, target, output }, attrs: { epsilon }, backend }) {
      const kernels = lossModule.on(backend);
      if (!kernels) return null;
      const gradient = kernels.output(output.shape);
      const [d, y, p, to] = kernels.addresses(dy, target, output, gradient);
      kernels.exports.crossentropyGradient(d, y, p, to, ...sizesOf(output), epsilon, 1 - epsilon);
      return gradient;
    },
  },
});
