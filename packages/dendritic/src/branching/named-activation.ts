import type { Tensor } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

type Known = Parameters<typeof tfl.layers.activation>[0]['activation'];

/**
 * The function of an activation that tfjs-layers knows by name; `'leakyRelu'` and `'linear'` stay names, which the tree
 * has kernels for.
 *
 * @throws Error of tfjs-layers for an unknown name.
 */
export function namedActivation(name: string): 'leakyRelu' | 'linear' | ((z: Tensor) => Tensor) {
  if (name === 'leakyRelu' || name === 'linear') return name;
  // A name of its own keeps the count of default names untouched.
  const layer = tfl.layers.activation({ activation: name as Known, name: 'activation' });
  return (z) => layer.call(z, {}) as Tensor;
}
