import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** What a model saves, as a file would hold it. */
export async function savedModel(model: tfl.LayersModel): Promise<tf.io.ModelArtifacts> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (given) => {
      artifacts = given;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  return { ...artifacts!, modelTopology: JSON.parse(JSON.stringify(artifacts!.modelTopology)) };
}

/** Loads what was saved, with other bytes for its weights. */
export function loadWith(artifacts: tf.io.ModelArtifacts, weightData: ArrayBuffer): Promise<tfl.LayersModel> {
  return tfl.loadLayersModel(tf.io.fromMemory({ ...artifacts, weightData }));
}
