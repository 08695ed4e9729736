import type { layers } from '@tensorflow/tfjs-layers';

/** A layer whose random draws depend on its seed and on how often it has drawn: restoring the number continues the stream. */
interface CountingLayer {
  noiseStep: number;
}

/** The layers of a model, those of inner models included, that count their draws in a property `noiseStep`. */
export function countingLayers(model: { readonly layers: readonly layers.Layer[] }): CountingLayer[] {
  return model.layers.flatMap((layer) => {
    if ('layers' in layer) return countingLayers(layer as unknown as typeof model);
    const counting = layer as unknown as CountingLayer;
    return typeof counting.noiseStep === 'number' ? [counting] : [];
  });
}
