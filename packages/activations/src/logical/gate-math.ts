import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** A function of groups as a composition: one tensor for each of the k members, all of one shape. */
export interface GateMath {
  readonly value: (members: readonly Tensor[]) => Tensor;
  /** The partial derivatives, one for each member. */
  readonly slopes: (members: readonly Tensor[]) => Tensor[];
}

/** −f(−z), by De Morgan: turns OR into AND and max into min, with slopes taken at −z. */
export function mirrored({ value, slopes }: GateMath): GateMath {
  const negated = (members: readonly Tensor[]) => members.map((z) => tf.neg(z));
  return {
    value: (members) => tf.neg(value(negated(members))),
    slopes: (members) => slopes(negated(members)),
  };
}

/** +1 for an even number of members, −1 for an odd one. */
export function evenSign(members: readonly Tensor[]): number {
  return members.length % 2 ? -1 : 1;
}
