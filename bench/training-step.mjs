import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { stockBackends } from './peers/backends.mjs';
import { inTorch } from './peers/torch.mjs';

/**
 * A case: one step of Adam on one batch through tfjs-layers, forward, backward and update; its result is the loss.
 *
 * @param data Returns the batch `x`, one-hot labels `y` and the trainable `weights` in the model's order.
 * @param makeLayers Returns the layers; the last gives probabilities.
 * @param task The function of torch_peer.py that does the same.
 */
export function trainingStep({ name, data, makeLayers, task, slowOnCpu }) {
  const work = () => {
    const { x, y, weights } = data();
    const [inputs, targets, ...initial] = [x, y, ...weights].map(({ shape, values }) =>
      tf.tensor(values, shape),
    );
    const model = sequential({ layers: makeLayers(layers) });
    model.compile({ optimizer: tf.train.adam(1e-3), loss: 'categoricalCrossentropy' });
    for (const [i, weight] of model.trainableWeights.entries()) weight.write(initial[i]);
    tf.dispose(initial);
    return {
      step: () => model.trainOnBatch(inputs, targets),
      dispose() {
        model.optimizer.dispose();
        model.dispose();
        tf.dispose([inputs, targets]);
      },
    };
  };
  const tensors = () => {
    const { x, y, weights } = data();
    return [x, y, ...weights];
  };
  return {
    name,
    work,
    peers: (backend) => [...stockBackends(backend, work, { slowOnCpu }), inTorch(task, tensors)],
    // The loss of the later steps shows that gradients and updates agree, too.
    steps: 3,
    tolerance: 1e-3,
  };
}
