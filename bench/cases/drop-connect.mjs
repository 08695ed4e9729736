import { bernoulliWords, dropConnectGaussian, dropConnectMatMul } from '@arborize/sparse';
import * as tf from '@tensorflow/tfjs-core';
import { noise } from '../data.mjs';
import { onBackend } from '../peers/backends.mjs';

const SEED = 1;

/** The masks [batch, outputs, inputs] as numbers, made once: what a composition of stock ops would store. */
function storedMasks({ batch, inputs, outputs, rate }) {
  const each = Math.ceil(inputs / 32);
  const words = bernoulliWords([batch, outputs, each], 1 - rate, SEED);
  const mask = new Float32Array(batch * outputs * inputs);
  for (let row = 0; row < batch * outputs; row++) {
    for (let m = 0; m < inputs; m++) {
      mask[row * inputs + m] = (words[row * each + (m >> 5)] >>> (m & 31)) & 1;
    }
  }
  return tf.tensor3d(mask, [batch, outputs, inputs]);
}

/** Each example's masked weights, as one batched product. */
function masked(x, kernel, mask, scale) {
  const weights = tf.mul(mask, tf.mul(tf.transpose(kernel), scale));
  return tf.squeeze(tf.matMul(tf.expandDims(x, 1), weights, false, true), [1]);
}

function dropConnectCase({ stored = false, ...size }) {
  const { batch, inputs, outputs, rate } = size;
  const start =
    (make, prepare = () => null) =>
    () => {
      const [x, kernel, du] = [
        noise([batch, inputs], 1),
        noise([inputs, outputs], 2, 1 / Math.sqrt(inputs)),
        noise([batch, outputs], 3),
      ].map(({ shape, values }) => tf.tensor(values, shape));
      const more = prepare();
      const valueAndGradients = tf.valueAndGrads((x, kernel) => make(x, kernel, more));
      return {
        step() {
          const { value, grads } = valueAndGradients([x, kernel], du);
          return [value, ...grads];
        },
        dispose: () => tf.dispose([x, kernel, du, ...(more ? [more] : [])]),
      };
    };
  const ours = start((x, kernel) => dropConnectMatMul(x, kernel, { rate, seed: SEED }));
  const byStored = start(
    (x, kernel, mask) => masked(x, kernel, mask, 1 / (1 - rate)),
    () => storedMasks(size),
  );
  const drawn = start((x, kernel) => {
    const mask = tf.cast(tf.greaterEqual(tf.randomUniform([batch, outputs, inputs]), rate), 'float32');
    return masked(x, kernel, mask, 1 / (1 - rate));
  });
  const gaussian = start((x, kernel) => dropConnectGaussian(x, kernel, { rate, seed: SEED }));
  return {
    name: `DropConnect ${batch}×${inputs} → ${outputs}, rate ${rate}, forward and backward`,
    work: ours,
    peers: (backend) => [
      ...(stored
        ? [
            onBackend(backend, 'masks stored', byStored),
            { ...onBackend(backend, 'masks drawn by tfjs', drawn), other: true },
          ]
        : []),
      { ...onBackend(backend, 'Gaussian', gaussian), other: true },
      { ...onBackend(backend, 'dense product', start(tf.matMul)), other: true },
    ],
  };
}

export default [
  // Rates of one and two bits, and one of sixteen.
  ...[0.5, 0.25, 0.1].map((rate) => dropConnectCase({ batch: 128, inputs: 1024, outputs: 1024, rate })),
  dropConnectCase({ batch: 32, inputs: 256, outputs: 128, rate: 0.5, stored: true }),
];
