import { serialization } from '@tensorflow/tfjs-core';
import { DropConnectDense } from './drop-connect/drop-connect-dense.ts';
import { WeightDrop } from './drop-connect/weight-drop.ts';
import { SparseDense } from './layer/sparse-dense.ts';
import { ConnectivityConv2D } from './scl/connectivity-conv-2d.ts';
import { ConnectivityDense } from './scl/connectivity-dense.ts';

/**
 * Registers the layers of this package with tfjs-layers, so that saved models which hold them can be loaded. Calling it
 * again changes nothing.
 *
 * @example
 * registerSparse();
 * const model = await tf.loadLayersModel('file://model/model.json');
 */
export function registerSparse(): void {
  serialization.registerClass(ConnectivityConv2D);
  serialization.registerClass(ConnectivityDense);
  serialization.registerClass(DropConnectDense);
  serialization.registerClass(SparseDense);
  serialization.registerClass(WeightDrop);
}
