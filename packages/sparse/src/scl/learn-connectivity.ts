import { ArgumentError } from '@arborize/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { allLayers } from '../to-sparse/find-kernels.ts';
import { checkMaskInit } from './connectivity-mask.ts';
import { convertLayers } from './convert-layers.ts';

/** Options of {@link learnConnectivity}. */
export interface LearnConnectivityOptions {
  /** The names of the layers to convert. Default: every `Dense` and `Conv2D`. */
  readonly layers?: readonly string[];
  /** The first value of the masks, above 0. Default 0.1. */
  readonly maskInit?: number;
}

const CLASSES: Readonly<Record<string, string>> = {
  Dense: 'ConnectivityDense',
  Conv2D: 'ConnectivityConv2D',
};

/**
 * The same model, trained or not, with layers that can learn which of their connections exist: `Dense` becomes
 * {@link ConnectivityDense}, `Conv2D` {@link ConnectivityConv2D}, also within models and wrappers. All connections are open,
 * so it predicts what the given model predicts.
 *
 * @param model Is left as it is.
 * @returns A model that is not compiled; the caller disposes of it.
 * @throws ArgumentError if a named layer is not there or of another kind, or there is none to convert.
 * @example
 * const model = await learnConnectivity(dense, { layers: ['hidden'] });
 * model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
 * await model.fit(xs, ys, { callbacks: [connectivityLearning()] });
 */
export async function learnConnectivity(
  model: LayersModel,
  options: LearnConnectivityOptions = {},
): Promise<LayersModel> {
  const where = 'learnConnectivity';
  const maskInit = checkMaskInit(where, options);
  const able = allLayers(model)
    .filter((layer) => Object.hasOwn(CLASSES, layer.getClassName()))
    .map(({ name }) => name);
  if (able.length === 0) {
    const expected = 'a model with Dense or Conv2D layers';
    throw new ArgumentError({ where, argument: 'model', got: model.name, expected });
  }
  const chosen = options.layers ?? able;
  for (const name of chosen) {
    if (able.includes(name)) continue;
    const expected = `names of Dense or Conv2D layers of the model: ${able.join(', ')}`;
    throw new ArgumentError({ where, argument: 'options.layers', got: name, expected });
  }
  return convertLayers(model, ({ class_name, config }) =>
    chosen.includes(config.name)
      ? { class_name: CLASSES[class_name]!, config: { ...config, mask_init: maskInit } }
      : null,
  );
}
