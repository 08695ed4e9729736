import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { evenSign, type GateMath, mirrored } from './gate-math.ts';

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
  value: (members) => members.reduce(orPair),
  slopes(members) {
    // σ(zᵢ) / σ(OR), as the exponential of a difference that is never positive.
    const y = tf.softplus(tf.neg(members.reduce(orPair)));
    return members.map((z) => tf.exp(tf.sub(y, tf.softplus(tf.neg(z)))));
  },
};

// Folding pairs flips the meaning from even to odd with every member, hence the sign.
const xnor: GateMath = {
  value: (members) => tf.mul(members.reduce(xnorPair), evenSign(members)),
  slopes(members) {
    const before = runningFold(members, xnorPair);
    const after = runningFold(members.toReversed(), xnorPair).toReversed();
    return members.map((member, i) => {
      const neighbours = [before[i - 1], after[i + 1]].filter((fold) => fold !== undefined);
      const others = neighbours.reduce(xnorPair);
      const slope = tf.sub(tf.sigmoid(tf.add(member, others)), tf.sigmoid(tf.sub(member, others)));
      return tf.mul(slope, evenSign(members));
    });
  },
};

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
