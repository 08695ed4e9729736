import * as tf from '@tensorflow/tfjs-core';
import { serialization, type Tensor } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { rewriteLayers, type SavedLayer } from '../to-sparse/rewrite-layers.ts';
import { ConnectivityConv2D } from './connectivity-conv-2d.ts';
import { ConnectivityDense } from './connectivity-dense.ts';

/**
 * A copy of a model some of whose layers are of another class; weights keep their names and values.
 *
 * @param change See {@link rewriteLayers}.
 * @param values Of weights that are not to be copied, by name; disposed of here.
 */
export async function convertLayers(
  model: tfl.LayersModel,
  change: (saved: SavedLayer & { config: { name: string } }) => SavedLayer | null,
  values: ReadonlyMap<string, Tensor> = new Map(),
): Promise<tfl.LayersModel> {
  serialization.registerClass(ConnectivityDense);
  serialization.registerClass(ConnectivityConv2D);
  const json = rewriteLayers(model, change);
  const copy = await tfl.loadLayersModel({ load: async () => ({ modelTopology: json }) });
  const old = new Map(model.weights.map((weight) => [weight.originalName, weight]));
  for (const weight of copy.weights) {
    const value = values.get(weight.originalName) ?? old.get(weight.originalName)?.read();
    if (value) (weight.read() as tf.Variable).assign(value);
  }
  tf.dispose([...values.values()]);
  return copy;
}
