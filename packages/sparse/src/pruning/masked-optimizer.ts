import { wrapOptimizer } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { maskedWeights, maskWeight } from './apply-masks.ts';
import type { MaskSet } from './mask-set.ts';

/**
 * Wraps an optimiser so that pruned weights stay at exactly 0, in `fit`, `trainOnBatch` and `optimizer.minimize` alike.
 *
 *     θ ← θ ∘ m and moments ← moments ∘ m, once;   then every gradient is g ∘ m
 *
 * With no gradient, no moment and no weight, an update of SGD, momentum, Adam, RMSProp, Adagrad, Adadelta or Adamax is 0, and
 * so is weight decay. (Centred RMSProp of tfjs-core makes NaN of any weight without gradient, pruned or not.) The wrapper shares all state with the given optimiser; a saved model is a plain one with zeros: wrap
 * again after loading.
 *
 * @param optimizer New, or one that has trained the same model.
 * @param model Its pruned weights become 0.
 * @returns The caller disposes of it, which also frees the masks on the device.
 * @throws ArgumentError if a mask is of no weight of the model, or of another shape; the model is then unchanged.
 * @example
 * model.compile({ optimizer: maskedOptimizer(tf.train.adam(0.001), model, masks), loss: 'meanSquaredError' });
 */
export function maskedOptimizer<O extends tf.Optimizer>(optimizer: O, model: LayersModel, masks: MaskSet): O {
  return maskGradients(optimizer, new DeviceMasks('maskedOptimizer', optimizer, model, masks));
}

/** The masks of a model's weights as tensors, which may be exchanged while it trains. */
export class DeviceMasks {
  private readonly tensors = new Map<string, tf.Tensor>();

  constructor(
    private readonly where: string,
    private readonly optimizer: tf.Optimizer,
    private readonly model: LayersModel,
    masks: MaskSet,
  ) {
    this.exchange(masks);
  }

  /** Takes other masks from now on, and sets to 0 what they prune. */
  exchange(masks: MaskSet): void {
    const weights = maskedWeights(this.where, this.model, masks);
    this.dispose();
    for (const [name, weight] of weights) {
      const variable = weight.read() as tf.Variable;
      const mask = tf.keep(masks.tensor(name));
      this.tensors.set(variable.name, mask);
      maskWeight(this.optimizer, variable, tf.clone(mask));
    }
  }

  /** The mask of a variable, if it has one. */
  of(variable: string): tf.Tensor | undefined {
    return this.tensors.get(variable);
  }

  dispose(): void {
    tf.dispose([...this.tensors.values()]);
    this.tensors.clear();
  }
}

/** The optimiser with masked gradients; what it disposes of includes the masks. */
export function maskGradients<O extends tf.Optimizer>(optimizer: O, masks: DeviceMasks): O {
  return wrapOptimizer(
    optimizer,
    (gradients, apply) => {
      tf.tidy(() => {
        const masked = gradients.map(({ name, tensor }) => {
          const mask = masks.of(name);
          return { name, tensor: mask && tensor ? tf.mul(tensor, mask) : tensor };
        });
        apply(masked);
      });
    },
    () => masks.dispose(),
  );
}
