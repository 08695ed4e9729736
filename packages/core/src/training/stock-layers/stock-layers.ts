import { layers } from '@tensorflow/tfjs-layers';
import type { Activation, Constraint, Initializer, Regularizer } from '../base-classes/base-classes.ts';

type Options<Make extends (options: never) => unknown> = Parameters<Make>[0];

/** What the stock dense layer accepts. */
export type StockDenseOptions = Options<typeof layers.dense>;
/** What the stock convolutions accept. */
export type StockConvOptions = Options<typeof layers.conv2d>;

/** What the stock layers make of their options, and which tfjs-layers hides. */
export interface StockParts {
  readonly activation: Activation;
  readonly useBias: boolean;
  readonly kernelInitializer: Initializer;
  readonly biasInitializer: Initializer;
  readonly kernelRegularizer: Regularizer;
  readonly biasRegularizer: Regularizer;
  readonly kernelConstraint: Constraint;
  readonly biasConstraint: Constraint;
}

interface Dense extends layers.Layer, StockParts {
  readonly units: number;
}

interface Conv extends layers.Layer, StockParts {
  readonly filters: number;
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: 'valid' | 'same' | 'causal';
  readonly dataFormat: 'channelsFirst' | 'channelsLast';
  readonly dilationRate: number | readonly number[];
}

type Class<Instance, Args> = Omit<typeof layers.Layer, 'new'> & (new (options: Args) => Instance);

// tfjs-layers exports functions that make its layers, but not their classes. A name of its own keeps the count of default
// names untouched.
const base = { name: 'base' };

/**
 * The class of `tf.layers.dense`, for layers that differ from it in some of its methods.
 *
 * @example
 * class Doubled extends StockDense {
 *   static className = 'Doubled';
 *   call(inputs, kwargs) {
 *     return tf.tidy(() => tf.mul(super.call(inputs, kwargs), 2));
 *   }
 * }
 */
export const StockDense = /* @__PURE__ */ (() =>
  layers.dense({ units: 1, ...base }).constructor)() as unknown as Class<Dense, StockDenseOptions>;

/** The class of `tf.layers.conv1d`; see {@link StockDense}. */
export const StockConv1D = /* @__PURE__ */ (() =>
  layers.conv1d({ filters: 1, kernelSize: 1, ...base }).constructor)() as unknown as Class<
  Conv,
  StockConvOptions
>;

/** The class of `tf.layers.conv2d`; see {@link StockDense}. */
export const StockConv2D = /* @__PURE__ */ (() =>
  layers.conv2d({ filters: 1, kernelSize: 1, ...base }).constructor)() as unknown as Class<
  Conv,
  StockConvOptions
>;
