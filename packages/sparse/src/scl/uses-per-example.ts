import { ArgumentError } from '@arborize/core';
import { ConnectivityConv2D } from './connectivity-conv-2d.ts';
import type { ConnectivityLayer } from './connectivity-mask.ts';

/** How often one example uses each weight of a layer: once for each position of its output. */
export function usesPerExample(layer: ConnectivityLayer, where: string): number {
  const shape = layer.outputShape as (number | null)[];
  const first = layer instanceof ConnectivityConv2D && layer.getConfig().dataFormat === 'channelsFirst';
  const positions = first ? shape.slice(2) : shape.slice(1, -1);
  return positions.reduce<number>((product, extent) => {
    if (extent !== null) return product * extent;
    throw new ArgumentError({
      where,
      argument: 'model',
      got: `${layer.name}, whose output is [${shape.join(', ')}]`,
      expected: "a model of known extents with regularizer 'flops'",
      remedy: "Give the input a shape, or take regularizer 'connections'.",
    });
  }, 1);
}
