import { serialization } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { allLayers } from './find-kernels.ts';

/** What a model's JSON says of a layer. */
interface SavedLayer {
  class_name: string;
  config: Record<string, unknown> & { name?: string };
}

/** What `SparseDense` takes over from the layer that it replaces. */
const SHARED = ['name', 'trainable', 'batch_input_shape', 'dtype', 'units', 'activation', 'use_bias'];

/**
 * The JSON of a model in which some layers have become `SparseDense`.
 *
 * @param connections The number of connections of each, by the name of the layer.
 */
export function replaceLayers(model: LayersModel, connections: ReadonlyMap<string, number>): object {
  registerClasses(model);
  const classes = new Map(allLayers(model).map((layer) => [layer.name, layer.getClassName()]));
  const replace = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(replace);
    if (value === null || typeof value !== 'object') return value;
    const { class_name, config } = value as Partial<SavedLayer>;
    const name = config?.name;
    const count = name === undefined ? undefined : connections.get(name);
    if (count !== undefined && class_name === classes.get(name!)) {
      const shared = Object.entries(config!).filter(([key]) => SHARED.includes(key));
      const sparse = { ...Object.fromEntries(shared), connections: count };
      return { ...value, class_name: 'SparseDense', config: sparse };
    }
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replace(each)]));
  };
  return replace(model.toJSON(null, false)) as object;
}

/** A model is copied through its JSON, whose classes tfjs-layers must know; those of a living model may never have been told. */
function registerClasses(model: LayersModel): void {
  const { classNameMap } = serialization.SerializationMap.getMap();
  for (const layer of allLayers(model)) {
    if (!(layer.getClassName() in classNameMap)) {
      serialization.registerClass(layer.constructor as serialization.SerializableConstructor<never>);
    }
  }
}
