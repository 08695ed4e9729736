import { ArgumentError, dropRate } from '@arborize/core';
import type { DendriticDenseOptions } from './dendritic-dense.ts';
import { checkBranching } from './resolve-branching.ts';

const where = 'DendriticDense';

/** Fills in the defaults and checks every option that can be checked without the inputs. */
export function checkDenseOptions(options: DendriticDenseOptions) {
  const {
    units,
    branching = 'sqrt',
    depth = null,
    padInput = false,
    sharedInput = true,
    inputDropout = 0.1,
    dropoutSharedAcrossUnits = false,
    activation = 'leakyRelu',
    negativeSlope = 0.1,
    somaActivation = 'same',
    repeats = 1,
    inputOrder = 'natural',
    useBias = true,
    seed = null,
  } = options;
  const demand = (holds: boolean, argument: string, got: unknown, expected: string) => {
    if (!holds) throw new ArgumentError({ where, argument: `options.${argument}`, got, expected });
  };
  const counts = (value: number) => Number.isInteger(value) && value > 0;
  demand(counts(units), 'units', units, 'a positive integer');
  demand(counts(repeats), 'repeats', repeats, 'a positive integer');
  demand(Number.isFinite(negativeSlope), 'negativeSlope', negativeSlope, 'a finite number');
  demand(seed === null || Number.isSafeInteger(seed), 'seed', seed, 'an integer or null');
  const orderIsKnown = inputOrder === 'natural' || inputOrder === 'random' || Array.isArray(inputOrder);
  demand(orderIsKnown, 'inputOrder', inputOrder, "'natural', 'random', or a permutation of the inputs");
  const separate = 'false where every unit has inputs of its own';
  demand(sharedInput || !dropoutSharedAcrossUnits, 'dropoutSharedAcrossUnits', true, separate);
  dropRate(where, 'options.inputDropout', inputDropout);
  checkBranching(where, options);
  return {
    units,
    branching,
    depth,
    padInput,
    sharedInput,
    inputDropout,
    dropoutSharedAcrossUnits,
    // tfjs-layers would read 'leakyReLU' from a saved model as 'leakyReLu'.
    activation: activation === 'leakyReLU' ? 'leakyRelu' : activation,
    negativeSlope,
    somaActivation: somaActivation === 'leakyReLU' ? 'leakyRelu' : somaActivation,
    repeats,
    inputOrder,
    useBias,
    seed,
  };
}
