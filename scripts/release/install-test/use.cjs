// The same op from CommonJS.
const assert = require('node:assert/strict');
const { nish } = require('@arborize/activations');
const { useBackend } = require('@arborize/backends');
const tf = require('@tensorflow/tfjs-core');

useBackend('cpu')
  .then(() => nish(tf.tensor1d([0, 1])).data())
  .then((values) => assert.deepEqual([...values], [0, 1]));
