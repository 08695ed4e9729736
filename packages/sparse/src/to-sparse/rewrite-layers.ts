import { serialization } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { allLayers } from './find-kernels.ts';

/** What a model's JSON says of a layer. */
export interface SavedLayer {
  class_name: string;
  config: Record<string, unknown> & { name?: string };
}

/**
 * The JSON of a model in which some layers are said otherwise.
 *
 * @param change Gets what is said of each layer that has a name, and returns what to say, or `null` to leave it.
 */
export function rewriteLayers(
  model: LayersModel,
  change: (saved: SavedLayer & { config: { name: string } }) => SavedLayer | null,
): object {
  registerClasses(model);
  const classes = new Map(allLayers(model).map((layer) => [layer.name, layer.getClassName()]));
  const rewrite = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rewrite);
    if (value === null || typeof value !== 'object') return value;
    const { class_name, config } = value as Partial<SavedLayer>;
    const isLayer = config?.name !== undefined && class_name === classes.get(config.name);
    const changed = isLayer ? change(value as SavedLayer & { config: { name: string } }) : null;
    if (changed) return { ...value, ...changed };
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, rewrite(each)]));
  };
  return rewrite(model.toJSON(null, false)) as object;
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
