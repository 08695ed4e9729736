import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable, layers } from '@tensorflow/tfjs-layers';

/**
 * A layer that {@link toSparse} takes besides `Dense`: it computes activation(x·W + bias), and its config has `units`,
 * `activation` and `useBias`.
 */
export interface MaskedLayer extends layers.Layer {
  /** W, [inputs, units], 0 where there is no connection; the caller disposes of it. */
  maskedKernel(): tf.Tensor;
}

/** A layer that can become sparse. */
export interface KernelSource {
  readonly layer: layers.Layer;
  /** What the names of its weights begin with: mostly its name, but a wrapper puts its own there. */
  readonly scope: string;
  /** [inputs, units]. */
  readonly shape: readonly number[];
  /** The kernel with its zeros; whoever calls disposes of it. */
  readonly read: () => tf.Tensor;
  readonly bias: LayerVariable | undefined;
}

/** The name of a kernel, e.g. `'dense_1/kernel'`. */
export function kernelName({ scope }: KernelSource): string {
  return `${scope}/kernel`;
}

/** All layers of a model that can become sparse, each once, those within models and wrappers too. */
export function findKernels(model: LayersModel): KernelSource[] {
  return allLayers(model).flatMap((layer) => {
    const weight = (name: string) =>
      layer.weights.find(({ originalName }) => originalName.endsWith(`/${name}`));
    const first = layer.weights[0]?.originalName;
    const scope = first ? first.slice(0, first.lastIndexOf('/')) : layer.name;
    const found = { layer, scope, bias: weight('bias') };
    if ('maskedKernel' in layer) {
      const read = () => (layer as MaskedLayer).maskedKernel();
      return [{ ...found, shape: tf.tidy(() => read().shape), read }];
    }
    if (layer.getClassName() !== 'Dense') return [];
    const kernel = weight('kernel')!;
    return [{ ...found, shape: kernel.shape as number[], read: () => tf.clone(kernel.read()) }];
  });
}

/** Layers, those within models, and those that wrappers such as `timeDistributed` hold. */
export function allLayers(model: LayersModel): layers.Layer[] {
  const found = new Set<layers.Layer>();
  const visit = (layer: layers.Layer) => {
    if (found.has(layer)) return;
    found.add(layer);
    const { layers: inner = [], layer: wrapped } = layer as { layers?: layers.Layer[]; layer?: layers.Layer };
    for (const each of wrapped ? [wrapped] : inner) visit(each);
  };
  for (const layer of model.layers) visit(layer);
  return [...found];
}
