import type { Constraint, Initializer, Regularizer } from '@arborize/core';
import type { DataType } from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import type { Parts } from './stock-layers.ts';

/** A layer's `addWeight`, bound to it. */
export type AddWeight = (
  name: string,
  shape: number[],
  dtype: DataType,
  initializer: Initializer,
  regularizer?: Regularizer,
  trainable?: boolean,
  constraint?: Constraint,
) => LayerVariable;

/** Adds the weights of a layer by the initialisers, regularisers and constraints that it shares with the stock ones. */
export function stockWeights(layer: Parts, add: AddWeight) {
  const { kernelInitializer, kernelRegularizer, kernelConstraint } = layer;
  const { biasInitializer, biasRegularizer, biasConstraint } = layer;
  return {
    kernel: (shape: number[], { name = 'kernel', initializer = kernelInitializer } = {}) =>
      add(name, shape, 'float32', initializer, kernelRegularizer, true, kernelConstraint),
    bias: (shape: number[], name = 'bias') =>
      add(name, shape, 'float32', biasInitializer, biasRegularizer, true, biasConstraint),
    other: (name: string, shape: number[], initializer: Initializer) =>
      add(name, shape, 'float32', initializer),
  };
}
