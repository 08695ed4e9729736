import { ConnectivityDense, connectivityLearning, maskedKernel, maskUpdate } from '@arborize/sparse';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { kernel, labels, noise } from '../data.mjs';
import { onBackend } from '../peers/backends.mjs';

const WIDTHS = [784, 300, 100, 10];
const BATCH = 100;
const tensor = ({ shape, values }) => tf.tensor(values, shape);

/** Training steps of a network; with `learns`, its masks move too, from a value at which none closes yet. */
function training(learns) {
  return () => {
    const [x, y] = [noise([BATCH, WIDTHS[0]], 1), labels(BATCH, WIDTHS.at(-1))].map(tensor);
    const model = sequential();
    for (const [i, units] of WIDTHS.slice(1).entries()) {
      const options = {
        units,
        activation: i === WIDTHS.length - 2 ? 'softmax' : 'relu',
        ...(i === 0 && { inputShape: [WIDTHS[0]] }),
      };
      const layer = learns ? new ConnectivityDense({ ...options, maskInit: 1e6 }) : layers.dense(options);
      model.add(layer);
      const first = tensor(kernel([WIDTHS[i], units], 10 + i));
      layer.weights[0].write(first);
      first.dispose();
    }
    model.compile({ optimizer: tf.train.momentum(0.01, 0.9), loss: 'categoricalCrossentropy' });
    const callback = connectivityLearning();
    callback.setModel(model);
    callback.setParams({ epochs: 1e6, steps: 1e6 });
    const started = learns ? callback.onTrainBegin() : null;
    return {
      async step() {
        if (!learns) return model.trainOnBatch(x, y);
        await started;
        await callback.onBatchBegin();
        const loss = await model.trainOnBatch(x, y);
        await callback.onBatchEnd();
        return loss;
      },
      dispose() {
        model.optimizer.dispose();
        model.dispose();
        tf.dispose([x, y]);
      },
    };
  };
}

function op(name, shape, ours, composition) {
  const workOf = (f) => () => {
    const inputs = {
      mask: tensor(noise(shape, 1)),
      weights: tensor(noise(shape, 2)),
      gradient: tensor(noise(shape, 3)),
    };
    return { step: () => f(inputs), dispose: () => tf.dispose(inputs) };
  };
  return {
    name: `${name} ${shape.join('×')}`,
    work: workOf(ours),
    peers: (backend) => [
      onBackend(
        backend,
        'composition',
        workOf((inputs) => tf.tidy(() => composition(inputs))),
      ),
    ],
  };
}

export default [
  {
    name: `learned connectivity, training step ${WIDTHS.join('-')}, batch ${BATCH}`,
    work: training(true),
    peers: (backend) => [onBackend(backend, 'dense layers', training(false))],
    steps: 3,
    tolerance: 1e-3,
  },
  op(
    'maskUpdate',
    [784, 300],
    (inputs) => maskUpdate(inputs),
    ({ mask, weights, gradient }) => {
      const g = tf.mul(gradient, weights);
      const size = tf.add(tf.sqrt(tf.mean(tf.square(g), 0, true)), 1e-12);
      return tf.sub(mask, tf.mul(tf.add(tf.div(g, size), 0.1), 0.01));
    },
  ),
  op(
    'maskedKernel',
    [784, 300],
    ({ mask, weights }) => maskedKernel(weights, mask),
    ({ mask, weights }) => tf.where(tf.greater(mask, 0), weights, tf.zerosLike(weights)),
  ),
];
