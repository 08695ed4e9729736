import { serialization } from '@tensorflow/tfjs-core';
import { activeDendriteClasses } from './active/active-dendrite-classes.ts';
import { DendriticDense } from './branching/dendritic-dense.ts';
import { TreeHeNormal } from './branching/tree-he-normal.ts';
import { DACConv1D } from './dac/dac-conv-1d-layer.ts';
import { DACConv2D } from './dac/dac-conv-2d-layer.ts';
import { DACDense } from './dac/dac-dense.ts';
import { PyramidalConv1D } from './pyramidal/pyramidal-conv-1d.ts';
import { PyramidalConv2D } from './pyramidal/pyramidal-conv-2d.ts';
import { PyramidalDense } from './pyramidal/pyramidal-dense.ts';
import { PyramidalSoma } from './pyramidal/pyramidal-soma.ts';

/** The classes that a saved model may name. */
const CLASSES: readonly Parameters<typeof serialization.registerClass>[0][] = [
  ...activeDendriteClasses,
  DACConv1D,
  DACConv2D,
  DACDense,
  DendriticDense,
  PyramidalConv1D,
  PyramidalConv2D,
  PyramidalDense,
  PyramidalSoma,
  TreeHeNormal,
];

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
