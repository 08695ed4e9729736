import { logicalActivation } from '@arborize/activations';
import * as tf from '@tensorflow/tfjs-core';
import { forwardBackward } from '../forward-backward.mjs';

/** OR of the pairs of adjacent channels: the sum of the positive ones, or else the larger. */
function or(a, b) {
  return tf.add(tf.add(tf.relu(a), tf.relu(b)), tf.minimum(tf.maximum(a, b), 0));
}

function composition(x) {
  const pairs = tf.reshape(x, [x.shape[0], -1, 2]);
  const [a, b] = tf.unstack(pairs, 2);
  return tf.concat([or(a, b), tf.neg(or(tf.neg(a), tf.neg(b)))], 1);
}

export default [
  forwardBackward({
    name: '{OR, AND} duplicated',
    ours: (x) => logicalActivation(x, { ops: ['or', 'and'], normalized: false }),
    others: { composition },
    shape: [128, 1024],
  }),
];
