import type { LayersModel } from '@tensorflow/tfjs-layers';
import { rewriteLayers } from './rewrite-layers.ts';

/** What `SparseDense` takes over from the layer that it replaces. */
const SHARED = ['name', 'trainable', 'batch_input_shape', 'dtype', 'units', 'activation', 'use_bias'];

/**
 * The JSON of a model in which some layers have become `SparseDense`.
 *
 * @param connections The number of connections of each, by the name of the layer.
 */
export function replaceLayers(model: LayersModel, connections: ReadonlyMap<string, number>): object {
  return rewriteLayers(model, ({ config }) => {
    const count = connections.get(config.name);
    if (count === undefined) return null;
    const shared = Object.entries(config).filter(([key]) => SHARED.includes(key));
    return {
      class_name: 'SparseDense',
      config: { ...Object.fromEntries(shared), connections: count },
    };
  });
}
