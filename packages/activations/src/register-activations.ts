import { Activation } from '@arborize/core';
import { serialization, type Tensor } from '@tensorflow/tfjs-core';
import { ada, leakyAda } from './ada/ada.ts';
import { ADA } from './ada/ada-layer.ts';
import { AllReLU } from './all-relu/all-relu-layer.ts';

import { logicalLayers } from './logical/logical-layers.ts';
import { nish } from './nish/nish.ts';
import { Nish } from './nish/nish-layer.ts';

const byName = {
  nish: (x: Tensor) => nish(x),
  nishSinlu: (x: Tensor) => nish(x, { variant: 'sinlu' }),
  ada: (x: Tensor) => ada(x),
  leakyAda: (x: Tensor) => leakyAda(x),
};

// tfjs-layers types its activations as a closed union of its own names.
type ActivationName = 'relu';

/** The names that {@link registerActivations} adds, in the type that tfjs-layers wants. */
export type ActivationNames = { readonly [Name in keyof typeof byName]: ActivationName };

/**
 * Registers the activations and layers of this package with tfjs-layers: the names `'nish'`, `'nishSinlu'`, `'ada'` and
 * `'leakyAda'` for `activation:`, and every layer class for loading saved models. Calling it again changes nothing.
 *
 * @returns The names, typed so that TypeScript accepts them as an `activation`.
 * @example
 * const { nish } = registerActivations();
 * tf.layers.dense({ units: 8, activation: nish, kernelInitializer: 'heNormal' }); // in JavaScript also 'nish'
 */
export function registerActivations(): ActivationNames {
  for (const [name, apply] of Object.entries(byName)) {
    const named = class extends Activation {
      static className = name;
      override apply = apply;
    };
    serialization.registerClass(named);
  }
  for (const layer of [Nish, ADA, AllReLU, ...logicalLayers]) serialization.registerClass(layer);
  return Object.fromEntries(Object.keys(byName).map((name) => [name, name])) as ActivationNames;
}
