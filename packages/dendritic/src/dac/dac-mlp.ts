import { Random } from '@arborize/core';
import * as tfl from '@tensorflow/tfjs-layers';
import { DACDense } from './dac-dense.ts';

/** Options of {@link dacMLP}. */
export interface DacMLPOptions {
  /** Width of the input. */
  readonly inputs: number;
  /** Widths of the hidden sums, one at least. */
  readonly hidden: readonly number[];
  /** Width of the output. */
  readonly outputs: number;
  /** Activation after the last sum, e.g. `'softmax'`. Default none. */
  readonly activation?: string;
  /** Groups of biases in every layer but the first; `null`, the default, is a bias for every connection. */
  readonly biasGroups?: number | null;
  /** Seed of the kernels; left out, each model is another. */
  readonly seed?: number;
}

/**
 * A network of dense layers with a bias for every connection: an ordinary linear layer, then {@link DACDense} layers with
 * nothing between, the last with an output bias.
 *
 * @throws ArgumentError if `biasGroups` does not divide a hidden width. It is 1 for the output layer where it does not
 *   divide that.
 * @example
 * dacMLP({ inputs: 5, hidden: [16, 16], outputs: 1 }).countParams(); // 641
 * @see Metta et al., "Increasing biases can be more efficient than increasing weights", WACV 2024, arXiv 2301.00924.
 */
export function dacMLP(options: DacMLPOptions): tfl.Sequential {
  const { inputs, hidden, outputs, activation, biasGroups = null, seed } = options;
  const random = seed === undefined ? undefined : new Random(seed);
  const kernel = () => ({
    kernelInitializer: tfl.initializers.glorotUniform(random ? { seed: random.uint32() } : {}),
  });
  const [first, ...others] = hidden as [number, ...number[]];
  const model = tfl.sequential({
    layers: [tfl.layers.dense({ units: first, inputShape: [inputs], ...kernel() })],
  });
  for (const units of others) model.add(new DACDense({ units, biasGroups, ...kernel() }));
  const divides = biasGroups === null || outputs % biasGroups === 0;
  model.add(
    new DACDense({
      units: outputs,
      biasGroups: divides ? biasGroups : 1,
      useOutputBias: true,
      activation: activation as never,
      ...kernel(),
    }),
  );
  return model;
}
