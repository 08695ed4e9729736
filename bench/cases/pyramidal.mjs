import { leakyAda } from '@arborize/activations';
import { pyramidal } from '@arborize/dendritic';
import * as tf from '@tensorflow/tfjs-core';
import { noise } from '../data.mjs';
import { onBackend } from '../peers/backends.mjs';

const OPTIONS = { alpha: 0.5, c: 0, leak: 0.01 };

/** One product with interleaved weights, and both branches in one pass. */
function together(basal, apical) {
  const kernel = tf.reshape(tf.stack([basal, apical], 2), [basal.shape[0], 2 * basal.shape[1]]);
  return { weights: [kernel], y: (x, kernel) => pyramidal(tf.matMul(x, kernel), OPTIONS) };
}

/** Two layers and their sum. */
function apart(basal, apical) {
  return {
    weights: [basal, apical],
    y: (x, w, v) => tf.add(tf.relu(tf.matMul(x, w)), leakyAda(tf.matMul(x, v), OPTIONS)),
  };
}

function work(make, rows, width) {
  return () => {
    const [x, basal, apical, dy] = [
      noise([rows, width], 1),
      noise([width, width], 2, 0.1),
      noise([width, width], 3, 0.1),
      noise([rows, width], 4),
    ].map(({ shape, values }) => tf.tensor(values, shape));
    const { weights, y } = make(basal, apical);
    const gradients = tf.valueAndGrads(y);
    return {
      step() {
        const { value, grads } = gradients([x, ...weights], dy);
        tf.dispose(grads.slice(1));
        return [value, grads[0]];
      },
      dispose: () => tf.dispose([x, basal, apical, dy, weights]),
    };
  };
}

export default [
  [8, 128],
  [64, 256],
  [512, 256],
].map(([rows, width]) => ({
  name: `pyramidal branches, batch ${rows}, ${width} to ${width}, forward and backward`,
  work: work(together, rows, width),
  peers: (backend) => [onBackend(backend, 'two layers', work(apart, rows, width))],
}));
