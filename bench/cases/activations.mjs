import { gelu, mish, nish, silu } from '@arborize/activations';
import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { forwardBackward } from '../forward-backward.mjs';
import { inTorch } from '../peers/torch.mjs';

/** What tfjs-layers runs for a layer with this activation. */
function fromLayers(activation) {
  const layer = layers.activation({ activation });
  return (x) => layer.apply(x);
}

/** The formulas as one would write them, with the gradient left to TensorFlow.js. */
const compositions = {
  nish: (x) => {
    const negative = tf.minimum(x, 0);
    return tf.add(tf.relu(x), tf.mul(tf.sin(negative), tf.sigmoid(negative)));
  },
  gelu: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.div(x, Math.SQRT2)), 1)),
  mish: (x) => tf.mul(x, tf.tanh(tf.softplus(x))),
  silu: (x) => tf.mul(x, tf.sigmoid(x)),
};

const inLayers = { gelu: 'gelu', mish: 'mish', silu: 'swish' };

export default Object.entries({ nish, gelu, mish, silu }).map(([name, ours]) => {
  const others = { composition: compositions[name] };
  if (name in inLayers) others['tfjs-layers'] = fromLayers(inLayers[name]);
  return forwardBackward({
    name,
    ours: (x) => ours(x),
    others,
    shape: [128, 1024],
    elsewhere: (tensors) => (name in inLayers ? [inTorch('activation', tensors, { name })] : []),
  });
});
