import type { LayersModel } from '@tensorflow/tfjs-layers';
import { SparseDense } from '../layer/sparse-dense.ts';

/** The sparse layers of a model, in its order. */
export function sparseLayers(model: LayersModel): SparseDense[] {
  return model.layers.filter((layer) => layer instanceof SparseDense);
}
