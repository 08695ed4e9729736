import { serialization } from '@tensorflow/tfjs-core';
import { DropConnectDense } from './drop-connect/drop-connect-dense.ts';
import { SparseDense } from './layer/sparse-dense.ts';

/**
 * Registers the layers of this package with tfjs-layers, so that saved models which hold them can be loaded. Calling it
 * again changes nothing.
 *
 * @example
 * registerSparse();
 * const model = await tf.loadLayersModel('file://model/model.json');
 */
export function registerSparse(): void {
  serialization.registerClass(DropConnectDense);
  serialization.registerClass(SparseDense);
}
