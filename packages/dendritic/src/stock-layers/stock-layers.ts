import { StockDense, type StockDenseOptions, type StockParts } from '@arborize/core';

export {
  StockConv1D as Conv1D,
  StockConv2D as Conv2D,
  type StockConvOptions as ConvOptions,
  StockDense as Dense,
  type StockDenseOptions as DenseOptions,
  type StockParts as Parts,
} from '@arborize/core';

/** The activation, initialiser, … that tfjs-layers makes of a name, a config or an instance, and their configs. */
export function partsOf(options: Omit<StockDenseOptions, 'units'>) {
  // A name of its own keeps the count of default names untouched.
  const layer = new StockDense({ units: 1, name: 'base', ...options });
  return { parts: layer as StockParts, config: layer.getConfig() };
}
