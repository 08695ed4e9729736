import { ArgumentError } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** What stands for the derivative of the unit step: 1; 1, or 0.1 where closed; or σ(m). All are positive everywhere. */
export type StepProxy = 'identity' | 'leakyRelu' | 'softplus';

const SLOPES: Readonly<Record<StepProxy, ((mask: Tensor) => Tensor) | null>> = {
  identity: null,
  leakyRelu: (mask) => tf.where(tf.greater(mask, 0), tf.onesLike(mask), tf.fill(mask.shape, 0.1)),
  softplus: (mask) => tf.sigmoid(mask),
};

/** h′(m) · x. */
export function timesSlope(x: Tensor, mask: Tensor, proxy: StepProxy): Tensor {
  const slope = SLOPES[proxy];
  return slope ? tf.mul(x, slope(mask)) : x;
}

/** Throws unless a proxy of that name exists. */
export function checkProxy(where: string, proxy: string): void {
  if (Object.hasOwn(SLOPES, proxy)) return;
  const expected = Object.keys(SLOPES)
    .map((name) => `'${name}'`)
    .join(', ');
  throw new ArgumentError({ where, argument: 'options.proxy', got: proxy, expected });
}
