import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type GateMath, mirrored } from './gate-math.ts';

/** The axis of the members in z: [outer, groups, k, inner]. */
const MEMBERS = 2;

function toFloat(condition: Tensor): Tensor {
  return tf.cast(condition, 'float32');
}

/** 1 at the first of the true members of each group, 0 elsewhere: ties go to the first on every backend. */
function first(condition: Tensor): Tensor {
  const k = condition.shape[MEMBERS]!;
  const index = tf.reshape(tf.range(0, k), [1, 1, k, 1]);
  const lowest = tf.min(tf.where(condition, index, k), MEMBERS, true);
  return toFloat(tf.equal(index, lowest));
}

const max: GateMath = {
  value: (z) => tf.max(z, MEMBERS),
  slopes: (z) => first(tf.equal(z, tf.max(z, MEMBERS, true))),
};

const or: GateMath = {
  value(z) {
    const sum = tf.sum(tf.relu(z), MEMBERS);
    return tf.where(tf.greater(sum, 0), sum, tf.max(z, MEMBERS));
  },
  slopes(z) {
    const positive = toFloat(tf.greater(z, 0));
    return tf.where(tf.greater(tf.max(z, MEMBERS, true), 0), positive, max.slopes(z));
  },
};

const xnor: GateMath = {
  value: (z) => tf.mul(signs(tf.sign(z), false), tf.min(tf.abs(z), MEMBERS)),
  slopes(z) {
    const magnitude = tf.abs(z);
    const least = first(tf.equal(magnitude, tf.min(magnitude, MEMBERS, true)));
    // The sign of the least member itself takes no part: with 1 in its place the product is over the others.
    const others = tf.where(tf.greater(least, 0), 1, tf.sign(z));
    return tf.mul(least, signs(others, true));
  },
};

/** (−1)ᵏ · ∏ sgn(zᵢ): signs are multiplied, never the values, whose product underflows. */
function signs(each: Tensor, keepDims: boolean): Tensor {
  return tf.mul(tf.prod(each, MEMBERS, keepDims), each.shape[MEMBERS]! % 2 ? -1 : 1);
}

/** The piecewise linear gates, max and min. */
export const approximateGates = { or, and: mirrored(or), xnor, max, min: mirrored(max) };
