import type { Activation, Constraint, Initializer, Regularizer } from '@arborize/core';
import * as tfl from '@tensorflow/tfjs-layers';

type Options<Make extends (options: never) => unknown> = Parameters<Make>[0];

/** What the stock dense layer accepts. */
export type DenseOptions = Options<typeof tfl.layers.dense>;
/** What the stock convolutions accept. */
export type ConvOptions = Options<typeof tfl.layers.conv2d>;

/** What the stock layers make of their options, and which tfjs-layers hides. */
export interface Parts {
  readonly activation: Activation;
  readonly useBias: boolean;
  readonly kernelInitializer: Initializer;
  readonly biasInitializer: Initializer;
  readonly kernelRegularizer: Regularizer;
  readonly biasRegularizer: Regularizer;
  readonly kernelConstraint: Constraint;
  readonly biasConstraint: Constraint;
}

interface StockDense extends tfl.layers.Layer, Parts {
  readonly units: number;
}

interface StockConv extends tfl.layers.Layer, Parts {
  readonly filters: number;
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: 'valid' | 'same' | 'causal';
  readonly dataFormat: 'channelsFirst' | 'channelsLast';
  readonly dilationRate: number | readonly number[];
}

type Class<Instance, Args> = Omit<typeof tfl.layers.Layer, 'new'> & (new (options: Args) => Instance);

// tfjs-layers exports functions that make its layers, but not their classes. Names of their own keep the count of default
// names untouched.
const base = { name: 'base' };

export const Dense = /* @__PURE__ */ (() =>
  tfl.layers.dense({ units: 1, ...base }).constructor)() as unknown as Class<StockDense, DenseOptions>;

export const Conv1D = /* @__PURE__ */ (() =>
  tfl.layers.conv1d({ filters: 1, kernelSize: 1, ...base }).constructor)() as unknown as Class<
  StockConv,
  ConvOptions
>;

export const Conv2D = /* @__PURE__ */ (() =>
  tfl.layers.conv2d({ filters: 1, kernelSize: 1, ...base }).constructor)() as unknown as Class<
  StockConv,
  ConvOptions
>;

/** The activation, initialiser, … that tfjs-layers makes of a name, a config or an instance, and their configs. */
export function partsOf(options: Omit<DenseOptions, 'units'>) {
  const layer = new Dense({ units: 1, ...base, ...options });
  return { parts: layer as Parts, config: layer.getConfig() };
}
