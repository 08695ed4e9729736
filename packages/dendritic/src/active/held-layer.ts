import type { TensorLike } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { HoldOptions } from './active-dendrite-dense.ts';

/** A layer that can hold a context. */
export interface HeldLayer {
  holdContext(context: TensorLike, options?: HoldOptions): void;
  releaseContext(): void;
}

/** The layers of a model that have dendrites. */
export function dendriticLayers(model: LayersModel): HeldLayer[] {
  return model.layers.filter((layer) => 'holdContext' in layer) as unknown as HeldLayer[];
}
