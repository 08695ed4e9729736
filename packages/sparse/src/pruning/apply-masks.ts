import { ArgumentError } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import type { MaskSet } from './mask-set.ts';

/**
 * Sets the pruned weights of a model to 0, and, if it is compiled, what its optimiser remembers of them.
 *
 * They stay at 0 in training under {@link maskedOptimizer}.
 *
 * @throws ArgumentError if a mask is of no weight of the model, or of another shape; the model is then unchanged.
 * @example
 * applyMasks(model, await magnitudeMasks(prunableWeights(model), { density: 0.1 }));
 */
export function applyMasks(model: LayersModel, masks: MaskSet): void {
  const weights = maskedWeights('applyMasks', model, masks);
  for (const [name, weight] of weights)
    maskWeight(model.optimizer, weight.read() as tf.Variable, masks.tensor(name));
}

/** The weights that masks speak of; throws unless they are there and of the same shape. */
export function maskedWeights(where: string, model: LayersModel, masks: MaskSet): Map<string, LayerVariable> {
  const weights = new Map(model.weights.map((weight) => [weight.originalName, weight]));
  for (const { name, shape } of masks.report()) {
    const weight = weights.get(name);
    const fault = (got: unknown, expected: string) =>
      new ArgumentError({ where, argument: 'masks', got, expected });
    if (!weight) throw fault(name, `of weights of the model: ${[...weights.keys()].join(', ')}`);
    if (!tf.util.arraysEqual([...shape], weight.read().shape)) {
      throw fault([...shape], `of shape [${weight.read().shape.join(', ')}] for ${name}`);
    }
  }
  return new Map(masks.names.map((name) => [name, weights.get(name)!]));
}

/** A moment that an optimiser of tfjs-core keeps for a variable; its `originalName` begins with the variable's. */
interface Slot {
  readonly originalName: string;
  readonly variable: tf.Variable;
}

/** Sets a weight and its moments to 0 where the mask is. @param mask Is disposed of. */
export function maskWeight(optimizer: tf.Optimizer | undefined, weight: tf.Variable, mask: tf.Tensor): void {
  const lists = Object.values(optimizer ?? {}).filter(Array.isArray) as Slot[][];
  const slots = lists.flat().filter((slot) => slot?.originalName?.startsWith(`${weight.name}/`));
  for (const variable of [weight, ...slots.map((slot) => slot.variable)]) {
    // And not a product, which would leave −0 and NaN.
    tf.tidy(() => variable.assign(tf.where(tf.cast(mask, 'bool'), variable, tf.zerosLike(variable))));
  }
  mask.dispose();
}
