import { ArgumentError } from '@arborize/core';
import type { serialization } from '@tensorflow/tfjs-core';
import type { Shape } from '../stock-layers/input-shape.ts';
import type { DenseOptions } from '../stock-layers/stock-layers.ts';
import type { Soma, SomaOptions } from './soma.ts';

/** What the pyramidal layers have in common. */
export interface PyramidalLayerOptions extends SomaOptions {
  /** First value of the apical kernel. Default that of the basal one, with the next seed if it has one. */
  readonly apicalKernelInitializer?: DenseOptions['kernelInitializer'];
  /**
   * Halves the number of outputs, rounded down, so that the layer has about the parameters of a plain one that is as wide
   * as asked for. Default `false`.
   */
  readonly matchParameters?: boolean;
}

/** The number of outputs that a layer gets for the one asked for. */
export function halved(
  where: string,
  argument: string,
  outputs: number,
  { matchParameters = false }: PyramidalLayerOptions,
): number {
  const least = matchParameters ? 2 : 1;
  if (!Number.isInteger(outputs) || outputs < least) {
    const expected = `an integer ≥ ${least}`;
    throw new ArgumentError({ where, argument: `options.${argument}`, got: outputs, expected });
  }
  return matchParameters ? Math.floor(outputs / 2) : outputs;
}

/** The shapes of one input for both branches, or of a basal and an apical one that agree in all axes but `channels`. */
export function inputShapes(where: string, inputShape: Shape | Shape[], channels = -1): Shape[] {
  const shapes = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as Shape[];
  const [basal, apical] = shapes;
  const agree =
    !apical ||
    (apical.length === basal!.length &&
      apical.every((size, axis) => {
        const other = basal![axis];
        return axis === channels || axis - apical.length === channels || size === other || !size || !other;
      }));
  if (shapes.length <= 2 && agree) return shapes;
  throw new ArgumentError({
    where,
    argument: 'the input',
    got: shapes,
    expected: 'one tensor, or a basal and an apical one that agree in all axes but the channels',
  });
}

/** The config of a layer, without what a pyramidal neuron does not have. */
export function pyramidalConfig(
  stock: serialization.ConfigDict,
  soma: Soma,
  initializers: serialization.ConfigDict,
): serialization.ConfigDict {
  const { activation, ...rest } = stock;
  return { ...rest, ...soma.getConfig(), ...initializers };
}
