import * as tfl from '@tensorflow/tfjs-layers';
import { KWinners } from '../k-winners/k-winners-layer.ts';
import { randomSeed } from '../sparse-weights/random-seed.ts';
import { StaticSparseDense } from '../sparse-weights/static-sparse-dense.ts';
import { ActiveDendriteDense } from './active-dendrite-dense.ts';
import type { DendriteOptions } from './dendrite-options.ts';

/** Options of {@link dendriticMLP}: those of the dendrites, and of the net around them. */
export interface DendriticMLPOptions extends DendriteOptions {
  readonly inputDim: number;
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[];
  readonly outputs: number;
  /** Numbers in a context. */
  readonly contextDim: number;
  /** The fraction of each hidden layer's units that win, in (0, 1]; `false` for ReLU. Default 0.05. */
  readonly percentOn?: number | false;
  /** The fraction of weights that are 0, in every layer, the last too. Default 0.5. */
  readonly sparsity?: number;
  /** Which hidden layers have dendrites, counted from 0; with `[]` the model takes x alone. Default all. */
  readonly modulatedLayers?: readonly number[];
  /** Of the last layer. Default `'softmax'`. */
  readonly outputActivation?: NonNullable<Parameters<typeof tfl.layers.dense>[0]['activation']>;
  /** Decides all weights, an integer. Default: others each time. */
  readonly seed?: number;
}

/**
 * The published net for permuted MNIST and the like: hidden layers of sparse weights with active dendrites and k-winners,
 * then one sparse head that all tasks share.
 *
 * Takes [x, context], x [B, inputDim], context [B, contextDim]; gives [B, outputs].
 *
 * @throws ArgumentError for an option out of range.
 * @example
 * const model = dendriticMLP({
 *   inputDim: 784, hidden: [2048, 2048], outputs: 10, contextDim: 784,
 *   segments: 10, segmentInitializer: 'sparseUniform', contextDensity: 0.1,
 * });
 * @see Iyer et al., "Avoiding Catastrophe", arXiv 2201.00042, fig. 4.
 */
export function dendriticMLP(options: DendriticMLPOptions): tfl.LayersModel {
  const { inputDim, hidden, outputs, contextDim, percentOn = 0.05, sparsity = 0.5, ...rest } = options;
  const { modulatedLayers, outputActivation = 'softmax', seed = randomSeed() % 1e6, ...dendrites } = rest;
  const x = tfl.input({ shape: [inputDim], name: 'x' });
  const context = tfl.input({ shape: [contextDim], name: 'context' });
  const common = (index: number) => ({
    sparsity,
    inputDensity: index === 0 || percentOn === false ? 1 : percentOn,
    biasInitializer: biasInitializer(index === 0 ? inputDim : hidden[index - 1]!, seed, index),
    seed: seed * 1000 + 10 * index,
  });
  let y = x;
  for (const [index, units] of hidden.entries()) {
    const modulated = modulatedLayers?.includes(index) ?? true;
    y = (
      modulated
        ? new ActiveDendriteDense({ units, ...common(index), ...dendrites }).apply([y, context])
        : new StaticSparseDense({ units, ...common(index) }).apply(y)
    ) as typeof x;
    const activation =
      percentOn === false ? tfl.layers.activation({ activation: 'relu' }) : new KWinners({ percentOn });
    y = activation.apply(y) as typeof x;
  }
  const head = new StaticSparseDense({
    units: outputs,
    ...common(hidden.length),
    activation: outputActivation,
  });
  const inputs = modulatedLayers?.length === 0 ? [x] : [x, context];
  return tfl.model({ inputs, outputs: head.apply(y) as typeof x });
}

/** U(±1/√fan-in), as the authors have it. */
function biasInitializer(inputs: number, seed: number, index: number) {
  const bound = 1 / Math.sqrt(inputs);
  return tfl.initializers.randomUniform({
    minval: -bound,
    maxval: bound,
    seed: seed * 1000 + 10 * index + 5,
  });
}
