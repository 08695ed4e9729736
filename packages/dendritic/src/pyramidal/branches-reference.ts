import { leakyAda } from '@arborize/activations';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** What is fixed of an apical branch. */
export interface BranchAttributes {
  /** Height of the bump. */
  readonly c: number;
  /** Slope below 0. */
  readonly leak: number;
}

interface Operands {
  /** [N, 2·O] */
  readonly uv: Tensor;
  /** [1] or [O] */
  readonly alpha: Tensor;
}

/** The basal and apical sums [N, O] of a tensor [N, 2·O] in which they alternate. */
export function branchesOf(uv: Tensor): [basal: Tensor, apical: Tensor] {
  const [rows, width] = uv.shape as [number, number];
  return tf.unstack(tf.reshape(uv, [rows, width / 2, 2]), 2) as [Tensor, Tensor];
}

/** The exponent below which the bump is 0 in float32, also where v is infinite. */
const DEEP = -104;

function bump(v: Tensor, alpha: Tensor, c: number) {
  const q = tf.relu(v);
  const decay = tf.mul(alpha, q);
  const exponent = tf.sub(c, decay);
  const e = tf.exp(exponent);
  const vanishing = (value: Tensor) => tf.where(tf.less(exponent, DEEP), tf.zerosLike(value), value);
  return { q, decay, e, vanishing };
}

export function branchesValue({ uv, alpha }: Operands, { c, leak }: BranchAttributes): Tensor {
  const [u, v] = branchesOf(uv);
  return tf.add(tf.relu(u), leakyAda(v, { alpha, c, leak }));
}

export function branchesGradient(
  { uv, alpha, dy }: Operands & { readonly dy: Tensor },
  { c, leak }: BranchAttributes,
): Tensor {
  const [u, v] = branchesOf(uv);
  const { decay, e, vanishing } = bump(v, alpha, c);
  const slope = vanishing(tf.mul(tf.sub(1, decay), e));
  const du = tf.mul(dy, tf.cast(tf.greater(u, 0), 'float32'));
  const dv = tf.mul(dy, tf.where(tf.lessEqual(v, 0), tf.fill(v.shape, leak), slope));
  return tf.reshape(tf.stack([du, dv], 2), uv.shape);
}

export function alphaGradient(
  { uv, alpha, dy }: Operands & { readonly dy: Tensor },
  { c }: BranchAttributes,
): Tensor {
  const [, v] = branchesOf(uv);
  const { q, e, vanishing } = bump(v, alpha, c);
  const slope = vanishing(tf.mul(tf.square(q), e));
  const all = tf.neg(tf.mul(dy, slope));
  return alpha.size === 1 ? tf.reshape(tf.sum(all), [1]) : tf.sum(all, 0);
}
