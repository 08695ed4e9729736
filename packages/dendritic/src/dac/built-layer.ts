import { ArgumentError } from '@arborize/core';
import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';

/** A built layer's config, and copies of its weights' handles, for making another layer of it. */
export interface BuiltLayer {
  readonly config: serialization.ConfigDict;
  readonly weights: Tensor[];
}

/** Throws unless `layer` is built and of one of the classes named. */
export function builtLayer(
  where: string,
  argument: string,
  layer: layers.Layer,
  classes: readonly string[],
): BuiltLayer {
  const fault = (got: unknown, expected: string, remedy?: string) =>
    new ArgumentError({ where, argument, got, expected, ...(remedy && { remedy }) });
  const name = layer?.getClassName?.();
  if (!name || !classes.includes(name))
    throw fault(name ?? layer, `a layer of class ${classes.join(' or ')}`);
  if (!layer.built) throw fault('one that is not built', 'a built layer', 'Put it into a model first.');
  return { config: layer.getConfig(), weights: layer.getWeights() };
}

/** The config without what only a first layer has, and what another class does not. */
export function without(config: serialization.ConfigDict, ...keys: string[]): serialization.ConfigDict {
  const gone = ['batchInputShape', 'dtype', ...keys];
  return Object.fromEntries(Object.entries(config).filter(([key]) => !gone.includes(key)));
}
