import { ArgumentError } from '@arborize/core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkDropRate, type DropConnectScaling, demandOneOf } from './check-drop-connect.ts';

/** Options of `DropConnectDense`, besides those of the stock dense layer. */
export interface DropConnectDenseOptions extends Omit<Parameters<typeof tfl.layers.dense>[0], 'units'> {
  /** The output width. */
  readonly units: number;
  /** Probability in [0, 1) that a weight is dropped; rounded to 1/65536. Default 0.5. */
  readonly rate?: number;
  /** `'mask'` (default) drops weights; `'gaussian'` adds noise of the same mean and variance, which is cheaper. */
  readonly trainingMode?: 'mask' | 'gaussian';
  /** Whether each example has a mask of its own, as published, or all of a batch share one. Default `'example'`. */
  readonly maskScope?: 'example' | 'batch';
  /** `'inverted'` (default) trains the weights that a dense layer would have; `'paper'` is as published. */
  readonly scaling?: DropConnectScaling;
  /** Whether biases are dropped like weights. Default `true`. */
  readonly maskBias?: boolean;
  /**
   * `'gaussian'` (default): the mean activation over normal pre-activations, by closed form or quadrature; `'sample'`: the
   * same by samples, as published; `'mean'`: the activation of the mean. Linear and softmax layers take the mean, unless sampled.
   */
  readonly inference?: 'gaussian' | 'mean' | 'sample';
  /** Samples for each unit, with inference by `'sample'`. Default 1000. */
  readonly samples?: number;
  /** Whether inference draws masks, too, other ones at each call: Monte-Carlo uncertainty. Default `false`. */
  readonly mcDropConnect?: boolean;
  /** Integer from which initial weights, masks and samples are drawn; `null` (default) for others each time. */
  readonly seed?: number | null;
}

/** Fills in the defaults, once every option is known to be in range. */
export function checkDropConnectDense(options: DropConnectDenseOptions) {
  const where = 'DropConnectDense';
  const {
    rate = 0.5,
    trainingMode = 'mask',
    maskScope = 'example',
    scaling = 'inverted',
    maskBias = true,
    inference = 'gaussian',
    samples = 1000,
    mcDropConnect = false,
    seed = null,
  } = options;
  const demand = (holds: boolean, argument: string, got: unknown, expected: string) => {
    if (!holds) throw new ArgumentError({ where, argument: `options.${argument}`, got, expected });
  };
  const counts = (value: number) => Number.isSafeInteger(value) && value > 0;
  demand(counts(options.units), 'units', options.units, 'a positive integer');
  demand(counts(samples), 'samples', samples, 'a positive integer');
  demand(seed === null || Number.isSafeInteger(seed), 'seed', seed, 'an integer or null');
  checkDropRate(where, rate);
  demandOneOf(where, 'options.trainingMode', trainingMode, ['mask', 'gaussian']);
  demandOneOf(where, 'options.maskScope', maskScope, ['example', 'batch']);
  demandOneOf(where, 'options.scaling', scaling, ['inverted', 'paper']);
  demandOneOf(where, 'options.inference', inference, ['gaussian', 'mean', 'sample']);
  const noise = "'example' in Gaussian training, whose noise is each example's own";
  demand(trainingMode === 'mask' || maskScope === 'example', 'maskScope', maskScope, noise);
  return { rate, trainingMode, maskScope, scaling, maskBias, inference, samples, mcDropConnect, seed };
}
