import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import * as dendritic from './index.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

type Make = () => tfl.layers.Layer;

/** Layers by the ranks of input that they take, that of the batch included. */
const layers: readonly [name: string, ranks: readonly number[], make: Make][] = [
  ['ActiveDendriteDense', [2], () => new dendritic.ActiveDendriteDense({ units: 2, segments: 2 })],
  ['ContextTable', [1], () => new dendritic.ContextTable({ contexts: [[1], [2]] })],
  ['DACConv1D', [3], () => new dendritic.DACConv1D({ filters: 2, kernelSize: 2 })],
  ['DACConv2D', [4], () => new dendritic.DACConv2D({ filters: 2, kernelSize: 2 })],
  ['DACDense', [2, 3, 4, 5], () => new dendritic.DACDense({ units: 2 })],
  ['DendriticDense', [2, 3, 4, 5], () => new dendritic.DendriticDense({ units: 2 })],
  ['KWinners', [2], () => new dendritic.KWinners({ percentOn: 0.5 })],
  ['KWinners2D', [4], () => new dendritic.KWinners2D({ percentOn: 0.5 })],
  ['PyramidalConv1D', [3], () => new dendritic.PyramidalConv1D({ filters: 2, kernelSize: 2 })],
  ['PyramidalConv2D', [4], () => new dendritic.PyramidalConv2D({ filters: 2, kernelSize: 2 })],
  ['PyramidalDense', [2, 3, 4, 5], () => new dendritic.PyramidalDense({ units: 2 })],
  ['PyramidalSoma', [2, 3, 4, 5], () => new dendritic.PyramidalSoma()],
  [
    'StaticSparseConv2D',
    [4],
    () => new dendritic.StaticSparseConv2D({ filters: 2, kernelSize: 2, sparsity: 0.5 }),
  ],
  ['StaticSparseDense', [2, 3, 4, 5], () => new dendritic.StaticSparseDense({ units: 2, sparsity: 0.5 })],
];
const inputOf = (rank: number, width: number) =>
  tfl.input({ shape: Array.from({ length: rank - 1 }, (_, i) => (i === rank - 2 ? width : 4)) });

describe.each(layers)('%s: errors', (name, ranks, make) => {
  it(`names the rank at build time if it is not one of ${ranks}`, () => {
    for (const rank of [1, 2, 3, 4, 5]) {
      const build = () => make().apply(inputOf(rank, 4));
      if (ranks.includes(rank)) expect(build).not.toThrow();
      else {
        expect(build).toThrow(/got \[null(, 4)*\]|found ndim=\d/);
        expect(build).toThrow(new RegExp(name, 'i'));
      }
    }
  });

  it('names the width if it is applied again to another one', () => {
    if (['ContextTable', 'PyramidalSoma'].includes(name)) return;
    const layer = make();
    layer.apply(inputOf(ranks[0]!, 4));
    expect(() => layer.apply(inputOf(ranks[0]!, 6))).toThrow(/4.*\b6\b/);
  });
});

describe('ActiveDendriteConv2D: errors', () => {
  it('name the channels if it is applied again to other ones', () => {
    const layer = new dendritic.ActiveDendriteConv2D({ filters: 2, kernelSize: 2, segments: 2 });
    const context = tfl.input({ shape: [3] });
    layer.apply([inputOf(4, 2), context]);
    expect(() => layer.apply([inputOf(4, 3), context])).toThrow(
      'ActiveDendriteConv2D: x must be of shape [samples, height, width, 2], got [null, 4, 4, 3].',
    );
  });
});
