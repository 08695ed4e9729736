import { ArgumentError } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { packMask } from '../pruning/mask.ts';
import { MaskSet } from '../pruning/mask-set.ts';
import { allLayers } from '../to-sparse/find-kernels.ts';
import { ConnectivityConv2D } from './connectivity-conv-2d.ts';
import { ConnectivityDense } from './connectivity-dense.ts';
import type { ConnectivityLayer } from './connectivity-mask.ts';

/** The layers of a model with learned connectivity, those within models and wrappers too; throws if there is none. */
export function connectivityLayers(model: LayersModel, where: string): ConnectivityLayer[] {
  const found = allLayers(model).filter(
    (layer) => layer instanceof ConnectivityDense || layer instanceof ConnectivityConv2D,
  );
  if (found.length > 0) return found;
  const expected = 'a model with ConnectivityDense or ConnectivityConv2D layers';
  const remedy = 'learnConnectivity makes one of a stock model.';
  throw new ArgumentError({ where, argument: 'model', got: model.name, expected, remedy });
}

/** How many connections of a layer are open. */
export async function countOpen({ connectivityMask }: ConnectivityLayer): Promise<number> {
  const count = tf.tidy(() => tf.sum(tf.cast(tf.greater(connectivityMask.read(), 0), 'int32')));
  const [open] = await count.data();
  count.dispose();
  return open!;
}

/** How many connections of a layer there could be. */
export function positionsOfLayer({ connectivityMask }: ConnectivityLayer): number {
  return connectivityMask.read().size;
}

/**
 * Which connections of a model its layers have open, as plain data: counts, densities by layer, bits.
 *
 * @returns By the name of the kernel, e.g. `'dense_1/kernel'`.
 * @throws ArgumentError if the model has no layer with learned connectivity.
 * @example
 * const masks = await learnedMasks(model);
 * masks.density; // e.g. 0.064
 * masks.report(); // the same for each kernel
 */
export async function learnedMasks(model: LayersModel): Promise<MaskSet> {
  const layers = connectivityLayers(model, 'learnedMasks');
  const entries = layers.map(async ({ kernel, connectivityMask }) => {
    const mask = connectivityMask.read();
    const values = await mask.data();
    const open = values.map((value: number) => (value > 0 ? 1 : 0));
    return [kernel.originalName, packMask(mask.shape, open)] as const;
  });
  return new MaskSet(await Promise.all(entries));
}
