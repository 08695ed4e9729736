import type { Callback, LayersModel } from '@tensorflow/tfjs-layers';

/**
 * The model a callback was given by `fit`.
 *
 * tfjs-layers reads `callbacks` either as all instances or as all plain objects, judged by the first; instances behind
 * a plain object are taken apart and never see the model. This says so instead of failing on `undefined`.
 */
export function trainedModel(callback: Callback, where: string): LayersModel {
  if (!callback.model) {
    throw new Error(
      `${where}: tfjs-layers did not hand over the model, because the first of the callbacks is a plain object. ` +
        'Wrap plain objects: callbacks: [new CustomCallback({ onEpochEnd }), …].',
    );
  }
  return callback.model;
}
