import { ArgumentError, defineOp, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkShape } from './masked-kernel.ts';
import { checkAxis, checkNorm, type MaskNorm, normalized } from './normalize-mask-gradient.ts';
import { checkProxy, type StepProxy, timesSlope } from './proxy.ts';
import { updateOnWasm } from './wasm.ts';

/** Options of {@link maskUpdate}. */
export interface MaskUpdateOptions {
  /** The pressure towards few connections, ≥ 0. Default 0.1. */
  readonly lambda?: number;
  /** The step of the mask, > 0. Default 0.01. */
  readonly maskLearningRate?: number;
  /** By what the gradient of each feature is divided. Default `'rms'`. */
  readonly norm?: MaskNorm;
  /** The axis whose positions are features. Default −1: units of a dense kernel, filters of a convolution. */
  readonly axis?: number;
  /** What stands for the derivative of the step. Default `'identity'`. */
  readonly proxy?: StepProxy;
  /** Keeps |m| at or below this number, > 0, so that what closed long ago can return. Default: no limit. */
  readonly limit?: number;
  /** So many connections of each unit or filter stay open, those with the largest m. Default 0. */
  readonly keepAtLeast?: number;
}

export type MaskUpdate = Required<MaskUpdateOptions>;
export type MaskUpdateInputs = {
  readonly mask: Tensor;
  readonly weights: Tensor;
  readonly gradient: Tensor;
};

/** What a mask that must not close is raised to. */
const OPEN = 1e-6;

/** The op behind {@link maskUpdate}, for callers that have checked. */
export const nextMask: (inputs: MaskUpdateInputs & tf.NamedTensorMap, update: MaskUpdate) => Tensor =
  /* @__PURE__ */ defineOp<MaskUpdateInputs & tf.NamedTensorMap, MaskUpdate, Tensor>({
    name: 'ConnectivityMaskUpdate',
    reference: ({ mask, weights, gradient }, update) => {
      const { lambda, maskLearningRate, norm, axis, proxy, limit, keepAtLeast } = update;
      const saliency = normalized(timesSlope(tf.mul(gradient, weights), mask, proxy), norm, axis);
      const pressure = proxy === 'identity' ? lambda : timesSlope(tf.fill(mask.shape, lambda), mask, proxy);
      let next = tf.sub(mask, tf.mul(tf.add(saliency, pressure), maskLearningRate));
      if (Number.isFinite(limit)) next = tf.minimum(tf.maximum(next, -limit), limit);
      return keepAtLeast === 0 ? next : withOpen(next, keepAtLeast);
    },
    kernels: { wasm: ({ inputs, attrs, backend }) => updateOnWasm(inputs, attrs, backend) },
  });

/** The mask whose `count` largest entries of each last position are open. */
function withOpen(mask: Tensor, count: number): Tensor {
  const features = mask.shape.at(-1)!;
  const byFeature = tf.transpose(tf.reshape(mask, [-1, features]));
  const fanIn = byFeature.shape[1]!;
  const { indices } = tf.topk(byFeature, Math.min(count, fanIn));
  const largest = tf.sum(tf.oneHot(tf.cast(indices, 'int32'), fanIn), 1);
  const kept = tf.reshape(tf.transpose(largest), mask.shape);
  return tf.where(tf.greater(kept, 0), tf.maximum(mask, OPEN), mask);
}

/**
 * One step of a mask: towards what lowers the loss, and towards few connections.
 *
 *     g = G·w·h′(m);   ĝ = g / (√mean(g²) + 1e-12) over each unit or filter;   m ← m − rate·(ĝ + λ·h′(m))
 *
 * Because ĝ has size 1, λ says the same whatever the loss, the layer's width and the batch: a connection lasts if −ĝ exceeds λ
 * on average. Useful values lie from 0.01 to 0.5. {@link connectivityLearning} takes these steps within `fit`; this is for
 * loops of your own.
 *
 * @param inputs.mask m.
 * @param inputs.weights w, of the same shape, as they were in the forward pass.
 * @param inputs.gradient G, the gradient of the loss by `maskedKernel(w, m)`, at all positions.
 * @returns The next mask; the caller disposes of it.
 * @throws ArgumentError if shapes differ or an option is out of range.
 * @example
 * const mask = tf.tensor2d([[0.1], [0.05]]);
 * const weights = tf.tensor2d([[0.2], [0.7]]);
 * const gradient = tf.tensor2d([[1.25], [1.5]]);
 * maskUpdate({ mask, weights, gradient }, { maskLearningRate: 0.1 }).print(); // [[0.0572446], [-0.0975724]]
 * @see Tang et al., "Automatic Sparse Connectivity Learning for Neural Networks", arXiv 2201.05020.
 */
export function maskUpdate(
  inputs: { readonly [name in keyof MaskUpdateInputs]: Tensor | TensorLike },
  options: MaskUpdateOptions = {},
): Tensor {
  const where = 'maskUpdate';
  const update = checkedUpdate(where, options);
  return tf.tidy(() => {
    const mask = toFloatTensor(inputs.mask, where, 'inputs.mask');
    const weights = toFloatTensor(inputs.weights, where, 'inputs.weights');
    const gradient = toFloatTensor(inputs.gradient, where, 'inputs.gradient');
    checkShape(where, 'inputs.mask', mask, weights);
    checkShape(where, 'inputs.gradient', gradient, weights);
    checkAxis(where, update.axis, weights.rank);
    return nextMask({ mask, weights, gradient }, update);
  });
}

/** The options with every default filled in; throws for one out of range. */
export function checkedUpdate(where: string, options: MaskUpdateOptions): MaskUpdate {
  const { lambda = 0.1, maskLearningRate = 0.01, norm = 'rms', axis = -1 } = options;
  const { proxy = 'identity', limit = Number.POSITIVE_INFINITY, keepAtLeast = 0 } = options;
  const demand = (holds: boolean, argument: string, got: unknown, expected: string) => {
    if (!holds) throw new ArgumentError({ where, argument: `options.${argument}`, got, expected });
  };
  demand(lambda >= 0 && lambda < Infinity, 'lambda', lambda, 'a number ≥ 0');
  const rate = maskLearningRate;
  demand(rate > 0 && rate < Infinity, 'maskLearningRate', rate, 'a number > 0');
  demand(limit > 0, 'limit', limit, 'a number > 0');
  const whole = Number.isSafeInteger(keepAtLeast) && keepAtLeast >= 0;
  demand(whole, 'keepAtLeast', keepAtLeast, 'an integer ≥ 0');
  checkNorm(where, norm);
  checkProxy(where, proxy);
  return { lambda, maskLearningRate: rate, norm, axis, proxy, limit, keepAtLeast };
}
