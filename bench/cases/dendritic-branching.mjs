import { dendriticTree } from '@arborize/dendritic';
import * as tf from '@tensorflow/tfjs-core';
import { full, noise } from '../data.mjs';
import { onBackend } from '../peers/backends.mjs';

/** Weights of both forms: kernels [units, nodes, b] and biases, and a dense kernel [inputs, units] with its bias. */
function tensors({ batch, inputs, units, branching }) {
  let nodes = inputs;
  const kernels = [];
  const biases = [];
  for (const [level, b] of branching.entries()) {
    nodes /= b;
    kernels.push(noise([units, nodes, b], 10 + level, Math.sqrt(6 / b)));
    biases.push(noise([units, nodes], 20 + level, 0.1));
  }
  const dense = [noise([inputs, units], 2, Math.sqrt(6 / inputs)), full([units], 0)];
  return { x: noise([batch, inputs], 1), dy: noise([batch, units], 3), tree: [...kernels, ...biases], dense };
}

const toTensor = ({ shape, values }) => tf.tensor(values, shape);

/** The authors' form: dense products with a matrix of blocks on the diagonal, inputs repeated for each unit. */
function maskedDense(x, kernels, biases, masks) {
  let h = tf.tile(x, [1, kernels[0].shape[0] / x.shape[1]]);
  for (const [level, kernel] of kernels.entries()) {
    const z = tf.matMul(h, tf.mul(kernel, masks[level]));
    h = tf.leakyRelu(tf.add(z, biases[level]), 0.1);
  }
  return h;
}

/** A kernel [units, nodes, b] as [units · nodes · b, units · nodes], and the mask of what exists of it. */
function blocks({ shape: [units, nodes, b], values }) {
  const out = units * nodes;
  const dense = new Float32Array(out * b * out);
  const mask = new Float32Array(out * b * out);
  for (let row = 0; row < out; row++) {
    for (let k = 0; k < b; k++) {
      const at = (row * b + k) * out + row;
      dense[at] = values[row * b + k];
      mask[at] = 1;
    }
  }
  return [dense, mask].map((each) => tf.tensor2d(each, [out * b, out]));
}

/** What is timed: the value alone, or with the gradients of inputs (if `first` is false) and weights. */
function step(f, { x, dy, weights, backward }) {
  if (!backward) return () => [f(x, ...weights)];
  const gradients = tf.grads((...args) => f(x, ...args));
  return () => [f(x, ...weights), ...gradients(weights, dy)];
}

function treeCase({ batch, inputs, units, branching, backward, masked = false, dropout = 0 }) {
  const size = { batch, inputs, units, branching };
  const levels = branching.length;
  const work = (make) => () => {
    const data = tensors(size);
    const [x, dy] = [data.x, data.dy].map(toTensor);
    const { weights, f, more = [] } = make(data);
    return { step: step(f, { x, dy, weights, backward }), dispose: () => tf.dispose([x, dy, weights, more]) };
  };
  const tree = ({ tree }) => ({
    weights: tree.map(toTensor),
    f: (x, ...w) =>
      dendriticTree(x, w.slice(0, levels), w.slice(levels), {
        training: dropout > 0,
        dropoutRate: dropout,
        seed: 1,
      }),
  });
  const dense = ({ dense }) => ({
    weights: dense.map(toTensor),
    f: (x, w, b) => tf.leakyRelu(tf.add(tf.matMul(x, w), b), 0.1),
  });
  const block = ({ tree }) => {
    const pairs = tree.slice(0, levels).map(blocks);
    const biases = tree.slice(levels).map(({ values }) => tf.tensor1d(values));
    const masks = pairs.map(([, mask]) => mask);
    return {
      weights: [...pairs.map(([kernel]) => kernel), ...biases],
      f: (x, ...w) => maskedDense(x, w.slice(0, levels), w.slice(levels), masks),
      more: masks,
    };
  };
  return {
    name:
      `trees [${branching}], ${batch}×${inputs} → ${units}${dropout ? `, dropout ${dropout}` : ''}, ` +
      (backward ? 'forward and backward' : 'forward'),
    work: work(tree),
    peers: (backend) => [
      { ...onBackend(backend, 'dense layer', work(dense)), other: true },
      // Its gradients are those of the whole matrix, blocks and zeros.
      ...(masked ? [{ ...onBackend(backend, 'masked dense', work(block)), other: backward }] : []),
    ],
  };
}

const both = (size) => [treeCase({ ...size, backward: false }), treeCase({ ...size, backward: true })];

export default [
  ...both({ batch: 128, inputs: 1024, units: 10, branching: [32, 32], masked: true }),
  ...both({ batch: 128, inputs: 784, units: 10, branching: [28, 28] }),
  ...both({ batch: 128, inputs: 1024, units: 128, branching: [32, 32] }),
  ...both({ batch: 128, inputs: 1024, units: 10, branching: [4, 4, 4, 4, 4] }),
  ...both({ batch: 128, inputs: 1024, units: 10, branching: [32, 32], dropout: 0.1 }),
  treeCase({ batch: 1, inputs: 784, units: 10, branching: [28, 28], backward: false }),
];
