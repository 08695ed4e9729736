// The same names from TypeScript.
import { nish, registerActivations } from '@arborize/activations';
import { type BackendName, useBackend } from '@arborize/backends';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

const name: BackendName = 'wasm';
const activations = registerActivations();

export async function first(): Promise<number> {
  await useBackend(name);
  const y: tf.Tensor = nish(tf.tensor1d([-1, 0, 1]));
  return (await y.data())[0]!;
}

export const layer = tfl.layers.dense({ units: 3, activation: activations.nish });
