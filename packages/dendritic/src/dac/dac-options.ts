import { ArgumentError } from '@arborize/core';
import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import type { DenseOptions } from '../stock-layers/stock-layers.ts';
import { partsOf } from '../stock-layers/stock-layers.ts';
import type { ConnectionOptions } from './connect.ts';
import { checkAlpha, isInnerActivation } from './inner-activations.ts';

/** What the layers with a bias for every connection have in common. */
export interface DacLayerOptions {
  /**
   * G, which divides the number of outputs: a bias for each input and each of G equal runs of outputs. `null`, the
   * default, is one for each output; 1 an ordinary layer with its activation in front.
   */
  readonly biasGroups?: number | null;
  /**
   * φ, the activation of each connection: `'relu'` (default), `'leakyRelu'`, `'elu'` and `'softplus'` have kernels; the
   * name of any other activation, stock or registered, runs as a composition.
   */
  readonly innerActivation?: string;
  /** Slope of `'leakyRelu'` below 0, in [0, 1). Default 0.2. */
  readonly innerAlpha?: number;
  /** Whether a bias is added after the sum, as a last layer needs one: no DAC layer follows it. Default `false`. */
  readonly useOutputBias?: boolean;
  /** First value of the output bias. Default `'zeros'`. */
  readonly outputBiasInitializer?: DenseOptions['biasInitializer'];
}

/** The options of a layer, checked, and what it does in a connection. */
export interface DacSettings {
  readonly groups: number;
  readonly connection: ConnectionOptions;
  readonly outputBias: ReturnType<typeof partsOf>['parts']['biasInitializer'] | null;
  readonly config: serialization.ConfigDict;
}

export function checkDacOptions(where: string, outputs: number, options: DacLayerOptions): DacSettings {
  const { biasGroups = null, innerActivation = 'relu', innerAlpha = 0.2 } = options;
  const { useOutputBias = false, outputBiasInitializer = 'zeros' } = options;
  const groups = biasGroups ?? outputs;
  if (!Number.isInteger(groups) || groups < 1 || outputs % groups !== 0) {
    throw new ArgumentError({
      where,
      argument: 'options.biasGroups',
      got: biasGroups,
      expected: `null or a positive integer that divides the ${outputs} outputs`,
      remedy: `Take one of ${divisorsOf(outputs).join(', ')}.`,
    });
  }
  checkAlpha(where, 'options.innerAlpha', innerAlpha);
  const stock = partsOf({ biasInitializer: outputBiasInitializer });
  return {
    groups,
    connection: { activation: activationOf(where, innerActivation), alpha: innerAlpha },
    outputBias: useOutputBias ? stock.parts.biasInitializer : null,
    config: {
      biasGroups,
      innerActivation,
      innerAlpha,
      useOutputBias,
      outputBiasInitializer: stock.config.biasInitializer as serialization.ConfigDict,
    },
  };
}

function activationOf(where: string, name: string): NonNullable<ConnectionOptions['activation']> {
  if (isInnerActivation(name)) return name;
  try {
    const { activation } = partsOf({ activation: name as DenseOptions['activation'] }).parts;
    return (z: Tensor) => activation.apply(z);
  } catch {
    throw new ArgumentError({
      where,
      argument: 'options.innerActivation',
      got: name,
      expected: 'the name of an activation',
      remedy: 'Call registerActivations() first for those of @arborize/activations.',
    });
  }
}

function divisorsOf(number: number): number[] {
  return Array.from({ length: number }, (_, i) => i + 1).filter((divisor) => number % divisor === 0);
}

/** The config of a layer without what the options above replace. */
export function dacConfig(
  stock: serialization.ConfigDict,
  { config }: DacSettings,
): serialization.ConfigDict {
  const { useBias, ...rest } = stock;
  return { ...rest, ...config };
}
