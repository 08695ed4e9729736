import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { maskKernel } from './mask-kernel.ts';

type Layer = InstanceType<typeof layers.Layer>;

/** A stock layer, not built yet, and the weights that make it equal to a layer of ours. */
export interface Folded {
  readonly layer: Layer;
  readonly weights: Tensor[];
}

/** A layer that a stock layer can stand for once the context is fixed. */
export interface Foldable {
  /** @param context [1, C]; its weights are the caller's to dispose of. */
  folded(context: Tensor): Folded;
}

/** Whether a layer can be folded. */
export function isFoldable(layer: object): layer is Foldable {
  return 'folded' in layer;
}

/** Kernel, masked, and bias of a stock layer's descendant. */
export function plainWeights(
  layer: object,
  mask: LayerVariable | undefined,
): { kernel: Tensor; bias?: Tensor } {
  const { kernel, bias } = layer as { kernel: LayerVariable; bias: LayerVariable | null };
  const whole = kernel.read();
  return {
    kernel: mask ? maskKernel({ kernel: whole, mask: mask.read() }, {}) : tf.clone(whole),
    ...(bias && { bias: tf.clone(bias.read()) }),
  };
}
