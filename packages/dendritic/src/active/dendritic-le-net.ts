import * as tfl from '@tensorflow/tfjs-layers';
import { KWinners2D } from '../k-winners/k-winners-2d-layer.ts';
import { KWinners } from '../k-winners/k-winners-layer.ts';
import { randomSeed } from '../sparse-weights/random-seed.ts';
import { ActiveDendriteConv2D } from './active-dendrite-conv-2d.ts';
import { ActiveDendriteDense } from './active-dendrite-dense.ts';
import type { DendriteOptions } from './dendrite-options.ts';

/** Options of {@link dendriticLeNet}. */
export interface DendriticLeNetOptions extends Partial<DendriteOptions> {
  /** [height, width, channels]. Default [32, 32, 3]. */
  readonly inputShape?: readonly [number, number, number];
  /** Channels of the convolutions. Default [64, 32]. */
  readonly filters?: readonly number[];
  /** Widths of the dense layers. Default [256, 128]. */
  readonly dense?: readonly number[];
  /** Outputs, shared by all tasks. Default 10. */
  readonly outputs?: number;
  /** Numbers in a context: with one-hot contexts the number of tasks. */
  readonly contextDim: number;
  /** The fraction of values that win after each convolution; `false` for ReLU. Default 0.2. */
  readonly convOn?: number | false;
  /** The fraction of units that win after each dense layer; `false` for ReLU. Default 0.3. */
  readonly denseOn?: number | false;
  /** The fraction of weights of dense layers that are 0. Default 0.5. */
  readonly sparsity?: number;
  /** Decides all weights, an integer. Default: others each time. */
  readonly seed?: number;
}

/**
 * A small convolutional net with active dendrites and k-winners: 3×3 convolutions, each gated, pruned to its winners
 * and pooled by 2, then dense layers, then one softmax head that all tasks share.
 *
 * Takes [x, context], x [B, H, W, C], context [B, contextDim], which `segments: 0` ignores; gives [B, outputs].
 *
 * @throws ArgumentError for an option out of range.
 * @example
 * const model = dendriticLeNet({ contextDim: 10 });
 * @see Bain, "The Role Of Biology In Deep Learning", arXiv 2209.04425.
 */
export function dendriticLeNet(options: DendriticLeNetOptions): tfl.LayersModel {
  const { inputShape = [32, 32, 3], filters = [64, 32], dense = [256, 128], outputs = 10, ...rest } = options;
  const { contextDim, convOn = 0.2, denseOn = 0.3, sparsity = 0.5, seed = randomSeed() % 1e6, ...own } = rest;
  const dendrites = { segments: 10, ...own };
  const x = tfl.input({ shape: [...inputShape], name: 'x' });
  const context = tfl.input({ shape: [contextDim], name: 'context' });
  const on = (density: number | false) => (density === false ? 1 : density);
  let layers = 0;
  const next = () => seed * 1000 + 10 * layers++;
  let y = x;
  const add = (layer: tfl.layers.Layer) => {
    y = layer.apply(y) as typeof x;
  };
  const addGated = (layer: tfl.layers.Layer) => {
    y = layer.apply([y, context]) as typeof x;
  };
  const relu = () => tfl.layers.activation({ activation: 'relu' });

  for (const [i, count] of filters.entries()) {
    const inputDensity = i === 0 ? 1 : on(convOn);
    const shape = { filters: count, kernelSize: 3, padding: 'same' as const };
    addGated(new ActiveDendriteConv2D({ ...shape, inputDensity, seed: next(), ...dendrites }));
    add(convOn === false ? relu() : new KWinners2D({ percentOn: convOn }));
    add(tfl.layers.maxPooling2d({ poolSize: 2 }));
  }
  add(tfl.layers.flatten());
  for (const [i, units] of dense.entries()) {
    const inputDensity = i === 0 ? 1 : on(denseOn);
    addGated(new ActiveDendriteDense({ units, sparsity, inputDensity, seed: next(), ...dendrites }));
    add(denseOn === false ? relu() : new KWinners({ percentOn: denseOn }));
  }
  const kernelInitializer = tfl.initializers.glorotUniform({ seed: next() });
  add(tfl.layers.dense({ units: outputs, activation: 'softmax', kernelInitializer }));
  return tfl.model({ inputs: [x, context], outputs: y });
}
