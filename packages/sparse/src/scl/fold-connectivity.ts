import type { LayersModel } from '@tensorflow/tfjs-layers';
import { connectivityLayers } from './connectivity-layers.ts';
import { openKernel } from './connectivity-mask.ts';
import { convertLayers } from './convert-layers.ts';

const CLASSES: Readonly<Record<string, string>> = {
  ConnectivityDense: 'Dense',
  ConnectivityConv2D: 'Conv2D',
};

/**
 * The same model in stock layers, with 0 where a connection is closed: for convolutions, and to run where this package is not.
 * {@link toSparse} gives dense layers a sparse form instead.
 *
 * @param model Is left as it is.
 * @returns A model that is not compiled; the caller disposes of it.
 * @throws ArgumentError if the model has no layer with learned connectivity.
 * @example
 * const plain = await foldConnectivity(model);
 * await plain.save('file://model');
 */
export async function foldConnectivity(model: LayersModel): Promise<LayersModel> {
  const layers = connectivityLayers(model, 'foldConnectivity');
  const kernels = new Map(layers.map((layer) => [layer.kernel.originalName, openKernel(layer)]));
  return convertLayers(
    model,
    ({ class_name, config }) => {
      const stock = CLASSES[class_name];
      if (!stock) return null;
      const { mask_init, frozen, ...rest } = config;
      return { class_name: stock, config: rest };
    },
    kernels,
  );
}
