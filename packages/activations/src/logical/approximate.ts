import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { evenSign, type GateMath, mirrored } from './gate-math.ts';

type Pair = (x: Tensor, y: Tensor) => Tensor;
const maximum: Pair = (x, y) => tf.maximum(x, y);
const minimum: Pair = (x, y) => tf.minimum(x, y);
const product: Pair = (x, y) => tf.mul(x, y);

/** True for the first member of each group that equals `wanted`: ties go to the first on every backend. */
function firstEqual(members: readonly Tensor[], wanted: Tensor): Tensor[] {
  let free = tf.onesLike(tf.equal(wanted, wanted));
  return members.map((member) => {
    const first = tf.logicalAnd(tf.equal(member, wanted), free);
    free = tf.logicalAnd(free, tf.logicalNot(first));
    return first;
  });
}

function toFloat(condition: Tensor): Tensor {
  return tf.cast(condition, 'float32');
}

const max: GateMath = {
  value: (members) => members.reduce(maximum),
  slopes: (members) => firstEqual(members, members.reduce(maximum)).map(toFloat),
};

const or: GateMath = {
  value(members) {
    const sum = tf.addN(members.map((z) => tf.relu(z)));
    return tf.where(tf.greater(sum, 0), sum, members.reduce(maximum));
  },
  slopes(members) {
    const anyPositive = tf.greater(members.reduce(maximum), 0);
    const first = max.slopes(members);
    return members.map((z, i) => tf.where(anyPositive, toFloat(tf.greater(z, 0)), first[i]!));
  },
};

// Signs are multiplied, never the values, whose product underflows.
const xnor: GateMath = {
  value(members) {
    const signs = members.map((z) => tf.sign(z)).reduce(product);
    const least = members.map((z) => tf.abs(z)).reduce(minimum);
    return tf.mul(tf.mul(signs, least), evenSign(members));
  },
  slopes(members) {
    const magnitudes = members.map((z) => tf.abs(z));
    const first = firstEqual(magnitudes, magnitudes.reduce(minimum));
    // The sign of the least member itself takes no part: with 1 in its place the product is over the others.
    const others = members.map((z, i) => tf.where(first[i]!, tf.onesLike(z), tf.sign(z))).reduce(product);
    return first.map((condition) => tf.mul(tf.mul(toFloat(condition), others), evenSign(members)));
  },
};

/** The piecewise linear gates, max and min. */
export const approximateGates = { or, and: mirrored(or), xnor, max, min: mirrored(max) };
