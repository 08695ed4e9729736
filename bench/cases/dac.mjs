import { dacMatMul } from '@arborize/dendritic';
import * as tf from '@tensorflow/tfjs-core';
import { full, noise } from '../data.mjs';
import { onBackend } from '../peers/backends.mjs';

// Inputs above 0 and biases of 0: an ordinary product then has the same result and the same gradients, and can be compared.
const sizes = { rows: 128, inputs: 512, outputs: 512 };

function operands() {
  const { rows, inputs, outputs } = sizes;
  const x = noise([rows, inputs], 1);
  x.values = x.values.map((value) => Math.abs(value) + 0.01);
  const tensors = [x, noise([inputs, outputs], 2), full([inputs, outputs], 0), noise([rows, outputs], 3)];
  return tensors.map(({ shape, values }) => tf.tensor(values, shape));
}

/** What one would write: every connection of every row is in memory. */
function broadcast(x, kernel, bias) {
  const connections = tf.relu(tf.add(tf.expandDims(x, 2), tf.expandDims(bias, 0)));
  return tf.sum(tf.mul(connections, tf.expandDims(kernel, 0)), 1);
}

function forward(f) {
  return () => {
    const [x, kernel, bias, dz] = operands();
    return {
      step: () => tf.tidy(() => f(x, kernel, bias)),
      dispose: () => tf.dispose([x, kernel, bias, dz]),
    };
  };
}

function forwardBackward(f, differentiated = 3) {
  return () => {
    const tensors = operands();
    const dz = tensors.pop();
    const gradients = tf.valueAndGrads((...args) => f(...args, ...tensors.slice(args.length)));
    return {
      step() {
        const { value, grads } = gradients(tensors.slice(0, differentiated), dz);
        tf.dispose(grads.slice(2));
        return [value, ...grads.slice(0, 2)];
      },
      dispose: () => tf.dispose([...tensors, dz]),
    };
  };
}

const shape = `${sizes.rows}×${sizes.inputs}×${sizes.outputs}`;

export default [
  {
    name: `DAC product ${shape}`,
    work: forward((x, kernel, bias) => dacMatMul(x, kernel, bias)),
    peers: (backend) => [
      onBackend(
        backend,
        'tf.matMul',
        forward((x, kernel) => tf.matMul(x, kernel)),
      ),
      onBackend(
        backend,
        '4 groups',
        forward((x, kernel, bias) => dacMatMul(x, kernel, tf.slice(bias, [0, 0], [-1, 4]))),
      ),
      onBackend(backend, 'broadcast composition', forward(broadcast)),
    ],
  },
  {
    name: `DAC product ${shape}, forward and backward`,
    work: forwardBackward((x, kernel, bias) => dacMatMul(x, kernel, bias)),
    peers: (backend) => [
      onBackend(
        backend,
        'tf.matMul',
        forwardBackward((x, kernel) => tf.matMul(x, kernel), 2),
      ),
      onBackend(backend, 'broadcast composition', forwardBackward(broadcast)),
    ],
  },
];
