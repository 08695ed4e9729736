import { ActiveDendriteDense, dendriticGate, kWinners } from '@arborize/dendritic';
import * as tf from '@tensorflow/tfjs-core';
import { input, layers } from '@tensorflow/tfjs-layers';
import { noise } from '../data.mjs';
import { onBackend } from '../peers/backends.mjs';

const [BATCH, INPUTS, UNITS, SEGMENTS, WIDTH] = [256, 784, 2048, 10, 784];
const tensor = ({ values, shape }) => tf.tensor(values, shape);

/** Forward and backward through all weights; the result, the same for all, is the output and the gradient of x. */
function forwardBackward(call, variables) {
  const [x, dy] = [tensor(noise([BATCH, INPUTS], 1)), tensor(noise([BATCH, UNITS], 2))];
  return {
    step: () =>
      tf.tidy(() => {
        const all = tf.valueAndGrads((x, ...weights) => call(x, weights));
        const { value, grads } = all([x, ...variables], dy);
        return [value, grads[0]];
      }),
    dispose: () => tf.dispose([x, dy, variables]),
  };
}

const weights = () => ({
  kernel: tensor(noise([INPUTS, UNITS], 3, 0.05)),
  bias: tensor(noise([UNITS], 4, 0.1)),
  segments: tensor(noise([UNITS, SEGMENTS, WIDTH], 5, 0.1)),
  context: tensor(noise([1, WIDTH], 6)),
});

function ours(hold) {
  return () => {
    const { kernel, bias, segments, context } = weights();
    const layer = new ActiveDendriteDense({ units: UNITS, segments: SEGMENTS });
    layer.apply([input({ shape: [INPUTS] }), input({ shape: [WIDTH] })]);
    layer.setWeights([kernel, bias, segments]);
    const contexts = tf.tile(context, [BATCH, 1]);
    if (hold) layer.holdContext(context);
    const variables = layer.trainableWeights.map((weight) => weight.read());
    const work = forwardBackward((x) => layer.call([x, contexts], {}), variables);
    return {
      ...work,
      dispose: () => tf.dispose([work.dispose(), kernel, bias, segments, context, contexts]),
    };
  };
}

/** A plain dense layer into which the gates of this context were folded. */
function plain() {
  const { kernel, bias, segments, context } = weights();
  const [foldedKernel, foldedBias] = tf.tidy(() => {
    const d = tf.reshape(tf.matMul(context, tf.reshape(segments, [-1, WIDTH]), false, true), [
      1,
      UNITS,
      SEGMENTS,
    ]);
    const gates = dendriticGate(tf.ones([1, UNITS]), d);
    return [tf.mul(kernel, gates), tf.mul(bias, tf.reshape(gates, [-1]))];
  });
  const layer = layers.dense({ units: UNITS });
  layer.apply(input({ shape: [INPUTS] }));
  layer.setWeights([foldedKernel, foldedBias]);
  const variables = layer.trainableWeights.map((weight) => weight.read());
  const work = forwardBackward((x) => layer.call(x, {}), variables);
  const given = [kernel, bias, segments, context, foldedKernel, foldedBias];
  return { ...work, dispose: () => tf.dispose([work.dispose(), given]) };
}

/** As a straightforward port has it: every segment of every sample, by stock ops. */
function composition() {
  const { kernel, bias, segments, context } = weights();
  const contexts = tf.tile(context, [BATCH, 1]);
  const work = forwardBackward(
    (x, [kernel, bias, segments]) => {
      const d = tf.matMul(contexts, tf.reshape(segments, [-1, WIDTH]), false, true);
      return dendriticGate(tf.add(tf.matMul(x, kernel), bias), tf.reshape(d, [BATCH, UNITS, SEGMENTS]));
    },
    [kernel, bias, segments],
  );
  return { ...work, dispose: () => tf.dispose([work.dispose(), context, contexts]) };
}

/** k winners by sorting. */
function byTopk(x) {
  const { values } = tf.topk(x, 102);
  return tf.mul(x, tf.cast(tf.greaterEqual(x, tf.slice(values, [0, 101], [-1, 1])), 'float32'));
}

const forward = (f) => () => {
  const x = tensor(noise([BATCH, UNITS], 7, 3));
  return { step: () => tf.tidy(() => f(x)), dispose: () => x.dispose() };
};

export default [
  {
    name: `active dendrites ${INPUTS}→${UNITS}, ${SEGMENTS} segments, one context for a batch of ${BATCH}`,
    work: ours(false),
    peers: (backend) => [
      onBackend(backend, 'context held', ours(true)),
      onBackend(backend, 'plain dense layer', plain),
      onBackend(backend, 'composition', composition),
    ],
  },
  {
    name: `k-winners, 102 of ${UNITS}, batch ${BATCH}`,
    work: forward((x) => kWinners(x, { k: 102 })),
    peers: (backend) => [onBackend(backend, 'topk', forward(byTopk))],
  },
];
