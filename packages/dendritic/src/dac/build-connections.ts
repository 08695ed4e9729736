import type { LayerVariable } from '@tensorflow/tfjs-layers';
import type { Parts } from '../stock-layers/stock-layers.ts';
import { type AddWeight, stockWeights } from '../stock-layers/stock-weights.ts';
import type { DacSettings } from './dac-options.ts';

/** The weights of a layer whose connections have biases. */
export interface Connections {
  readonly kernel: LayerVariable;
  readonly bias: LayerVariable;
  readonly outputBias: LayerVariable | null;
}

/** Adds to a layer a kernel of this shape, whose last size is the number of outputs, and its biases. */
export function buildConnections(
  layer: Parts,
  add: AddWeight,
  { outputBias }: DacSettings,
  kernelShape: number[],
  biasShape: number[],
): Connections {
  const weights = stockWeights(layer, add);
  return {
    kernel: weights.kernel(kernelShape),
    bias: weights.bias(biasShape),
    outputBias: outputBias && weights.other('outputBias', [kernelShape.at(-1)!], outputBias),
  };
}
