import type { TensorLike } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** How a layer holds a context. */
export interface HoldOptions {
  /** Whether segments learn meanwhile, through a shift along the context. Default `true`. */
  readonly learn?: boolean;
}

/** A layer that can hold a context. */
export interface HeldLayer {
  holdContext(context: TensorLike, options?: HoldOptions): void;
  releaseContext(): void;
}

/** The layers of a model that have dendrites. */
export function dendriticLayers(model: LayersModel): HeldLayer[] {
  return model.layers.filter((layer) => 'holdContext' in layer) as unknown as HeldLayer[];
}
