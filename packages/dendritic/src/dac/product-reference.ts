import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type InnerAttributes, innerSlope, innerValue } from './inner-activations.ts';

/** Elements of [B, I, groups] that are in memory at once. */
const CHUNK_SIZE = 2 ** 22;

interface Operands {
  readonly x: Tensor;
  readonly kernel: Tensor;
  readonly bias: Tensor;
}

/** A run of groups: what each connection gets, and the part of the kernel that belongs to it. */
interface Chunk {
  /** x + b, [groups, B, I]. */
  readonly z: Tensor;
  /** [groups, I, outputs of a group]. */
  readonly kernel: Tensor;
  /** The same outputs of a tensor [B, O], as [groups, B, outputs of a group]. */
  readonly of: (outputs: Tensor) => Tensor;
}

/** z of x [B, I], kernel [I, O] and bias [I, G]: an ordinary product for each group of outputs. */
export function productValue(inputs: Operands, attrs: InnerAttributes): Tensor {
  return tf.concat(
    overChunks(inputs, (chunk) => outputsOf(tf.matMul(innerValue(chunk.z, attrs), chunk.kernel))),
    1,
  );
}

export function productInputGradient(
  inputs: Operands & { readonly dz: Tensor },
  attrs: InnerAttributes,
): Tensor {
  return tf.addN(overChunks(inputs, (chunk) => tf.sum(connectionGradient(inputs.dz, chunk, attrs), 0)));
}

export function productWeightGradients(
  inputs: Operands & { readonly dz: Tensor },
  attrs: InnerAttributes,
): [kernel: Tensor, bias: Tensor] {
  const dKernel: Tensor[] = [];
  const dBias = overChunks(inputs, (chunk) => {
    dKernel.push(outputsOf(tf.matMul(innerValue(chunk.z, attrs), chunk.of(inputs.dz), true, false)));
    return tf.transpose(tf.sum(connectionGradient(inputs.dz, chunk, attrs), 1));
  });
  return [tf.concat(dKernel, 1), tf.concat(dBias, 1)];
}

function connectionGradient(dz: Tensor, { z, kernel, of }: Chunk, attrs: InnerAttributes): Tensor {
  return tf.mul(tf.matMul(of(dz), kernel, false, true), innerSlope(z, attrs));
}

function overChunks({ x, kernel, bias }: Operands, use: (chunk: Chunk) => Tensor): Tensor[] {
  const [, outputs] = kernel.shape as [number, number];
  const [inputs, groups] = bias.shape as [number, number];
  const width = outputs / groups;
  const most = Math.max(1, Math.floor(CHUNK_SIZE / x.size));
  const results: Tensor[] = [];
  for (let first = 0; first < groups; first += most) {
    const count = Math.min(most, groups - first);
    const of = (tensor: Tensor) => {
      const rows = tensor.shape[0]!;
      const columns = tf.slice(tensor, [0, first * width], [rows, count * width]);
      return tf.transpose(tf.reshape(columns, [rows, count, width]), [1, 0, 2]);
    };
    const biases = tf.transpose(tf.slice(bias, [0, first], [inputs, count]));
    const z = tf.add(tf.expandDims(x, 0), tf.expandDims(biases, 1));
    results.push(use({ z, kernel: of(kernel), of }));
  }
  return results;
}

/** [groups, rows, width] → [rows, groups · width]. */
function outputsOf(tensor: Tensor): Tensor {
  const [groups, rows, width] = tensor.shape as [number, number, number];
  return tf.reshape(tf.transpose(tensor, [1, 0, 2]), [rows, groups * width]);
}
