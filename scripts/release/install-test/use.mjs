// What a user's first ES module does with every package.
import assert from 'node:assert/strict';
import { nish, registerActivations } from '@arborize/activations';
import { useBackend } from '@arborize/backends';
import { digits } from '@arborize/datasets';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

const { name } = await useBackend('wasm');
assert.equal(name, 'wasm');

const product = tf.matMul(
  tf.tensor2d([
    [1, 2],
    [3, 4],
  ]),
  tf.tensor2d([[5], [6]]),
);
assert.deepEqual([...(await product.data())], [17, 39]);

const [negative, zero, one] = await nish(tf.tensor1d([-1, 0, 1])).data();
assert.ok(Math.abs(negative + 0.2263062) < 1e-6, `nish(-1) = ${negative}`);
assert.deepEqual([zero, one], [0, 1]);

registerActivations();
const model = tfl.sequential({
  layers: [tfl.layers.dense({ inputShape: [2], units: 3, activation: 'nish' })],
});
assert.deepEqual(model.predict(tf.ones([4, 2])).shape, [4, 3]);

const { shape, ys } = digits({ count: 20, seed: 1 });
assert.deepEqual(shape, [28, 28, 1]);
assert.equal(ys[13], 3);
