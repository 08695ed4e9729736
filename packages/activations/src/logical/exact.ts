import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type GateMath, mirrored } from './gate-math.ts';

/** The axis of the members in z: [outer, groups, k, inner]. */
const MEMBERS = 2;

type Fold = (x: Tensor, y: Tensor) => Tensor;

/** log(eˣ + eʸ + eˣ⁺ʸ): OR of two log-odds. */
const orPair: Fold = (x, y) => {
  const sum = tf.add(x, y);
  const largest = tf.maximum(tf.maximum(x, y), sum);
  const terms = [x, y, sum].map((term) => tf.exp(tf.sub(term, largest)));
  return tf.add(largest, tf.log(tf.addN(terms)));
};

/** log(1 + eˣ⁺ʸ) − log(eˣ + eʸ): XNOR of two log-odds, in a form that neither overflows nor cancels. */
const xnorPair: Fold = (x, y) => {
  const least = tf.minimum(tf.abs(x), tf.abs(y));
  const correction = (z: Tensor) => tf.log1p(tf.exp(tf.neg(tf.abs(z))));
  const smooth = tf.sub(correction(tf.add(x, y)), correction(tf.sub(x, y)));
  return tf.add(tf.mul(tf.mul(tf.sign(x), tf.sign(y)), least), smooth);
};

const or: GateMath = {
  value: (z) => tf.unstack(z, MEMBERS).reduce(orPair),
  slopes(z) {
    // σ(zᵢ) / σ(OR), as the exponential of a difference that is never positive.
    const y = tf.expandDims(or.value(z), MEMBERS);
    return tf.exp(tf.sub(tf.softplus(tf.neg(y)), tf.softplus(tf.neg(z))));
  },
};

const xnor: GateMath = {
  value: (z) => tf.mul(tf.unstack(z, MEMBERS).reduce(xnorPair), evenSign(z)),
  slopes(z) {
    const members = tf.unstack(z, MEMBERS);
    const before = runningFold(members, xnorPair);
    const after = runningFold(members.toReversed(), xnorPair).toReversed();
    const slopes = members.map((member, i) => {
      const neighbours = [before[i - 1], after[i + 1]].filter((fold) => fold !== undefined);
      const others = neighbours.reduce(xnorPair);
      return tf.sub(tf.sigmoid(tf.add(member, others)), tf.sigmoid(tf.sub(member, others)));
    });
    return tf.mul(tf.stack(slopes, MEMBERS), evenSign(z));
  },
};

/** (−1)ᵏ: folding XNOR flips the meaning from even to odd with every member. */
function evenSign(z: Tensor): number {
  return z.shape[MEMBERS]! % 2 ? -1 : 1;
}

/** [a, f(a, b), f(f(a, b), c), …] */
function runningFold(members: readonly Tensor[], fold: Fold): Tensor[] {
  const folds: Tensor[] = [];
  for (const member of members) {
    const previous = folds.at(-1);
    folds.push(previous ? fold(previous, member) : member);
  }
  return folds;
}

/** The log-odds of a disjunction, conjunction or even parity of independent events. */
export const exactGates = { exactOr: or, exactAnd: mirrored(or), exactXnor: xnor };
