import { io } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';

/**
 * The model that comes back after saving to JSON and bytes and loading again, all in memory: the test of whether a
 * layer or an object of yours serialises.
 *
 * @throws Error of tfjs-layers if a class is not registered or cannot be made from its config.
 *
 * @example
 * const copy = await cloneThroughSave(model);
 * copy.predict(xs); // bit-equal to model.predict(xs)
 */
export async function cloneThroughSave(model: LayersModel): Promise<LayersModel> {
  let saved: io.ModelArtifacts | undefined;
  await model.save(
    io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  const { weightData, ...json } = saved!;
  return loadLayersModel(io.fromMemory({ ...JSON.parse(JSON.stringify(json)), weightData }));
}
