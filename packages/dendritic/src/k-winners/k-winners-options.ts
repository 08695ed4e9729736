import { ArgumentError } from '@arborize/core';
import type { layers } from '@tensorflow/tfjs-layers';
import type { BoostMode } from './k-winners.ts';

type LayerOptions = NonNullable<ConstructorParameters<typeof layers.Layer>[0]>;

/** Options of {@link KWinners}. */
export interface KWinnersLayerOptions extends LayerOptions {
  /** The fraction of candidates that win in training, in (0, 1]: k = percentOn·candidates, halves rounded to even. */
  readonly percentOn: number;
  /** Winners at inference as a multiple of those in training, a positive number. Default 1. */
  readonly kInferenceFactor?: number;
  /** First strength β ≥ 0 of boosting. Default 0: none. */
  readonly boostStrength?: number;
  /** β is multiplied by it after every epoch (see {@link boostDecay}), in [0, 1]. Default 0.9. */
  readonly boostStrengthFactor?: number;
  /** How boosting lowers scores. Default `'multiplicative'`, which for negative values promotes frequent winners. */
  readonly boostMode?: BoostMode;
  /** Samples that duty cycles are a mean over, an integer ≥ 1. Default 1000. */
  readonly dutyCyclePeriod?: number;
  /** Exactly k win, the lowest index among equals. Default `false`. */
  readonly breakTies?: boolean;
  /** Only values of at least 0 win; with `breakTies`, above 0. Default `false`. */
  readonly relu?: boolean;
}

/** The options that are this layer's own, with every default filled in. */
export type KWinnersSettings = Required<Omit<KWinnersLayerOptions, keyof LayerOptions>>;

/** @throws ArgumentError for an option out of range. */
export function checkedSettings(where: string, options: KWinnersLayerOptions): KWinnersSettings {
  const settings: KWinnersSettings = {
    percentOn: options.percentOn,
    kInferenceFactor: options.kInferenceFactor ?? 1,
    boostStrength: options.boostStrength ?? 0,
    boostStrengthFactor: options.boostStrengthFactor ?? 0.9,
    boostMode: options.boostMode ?? 'multiplicative',
    dutyCyclePeriod: options.dutyCyclePeriod ?? 1000,
    breakTies: options.breakTies ?? false,
    relu: options.relu ?? false,
  };
  const check = (name: keyof KWinnersSettings, right: boolean, expected: string) => {
    if (right) return;
    throw new ArgumentError({ where, argument: `options.${name}`, got: settings[name], expected });
  };
  const { percentOn, kInferenceFactor, boostStrength, boostStrengthFactor, dutyCyclePeriod } = settings;
  check('percentOn', percentOn > 0 && percentOn <= 1, 'a fraction in (0, 1]');
  check('kInferenceFactor', kInferenceFactor > 0 && kInferenceFactor < Infinity, 'a positive number');
  check('boostStrength', boostStrength >= 0 && boostStrength < Infinity, 'a number ≥ 0');
  check('boostStrengthFactor', boostStrengthFactor >= 0 && boostStrengthFactor <= 1, 'a number in [0, 1]');
  check(
    'boostMode',
    ['multiplicative', 'additive'].includes(settings.boostMode),
    "'multiplicative' or 'additive'",
  );
  check('dutyCyclePeriod', Number.isInteger(dutyCyclePeriod) && dutyCyclePeriod >= 1, 'an integer ≥ 1');
  return settings;
}

/**
 * @param factor What `percentOn` is multiplied by at inference; `undefined` in training.
 * @throws ArgumentError for fewer than one winner; more than all is all.
 */
export function checkedK(
  where: string,
  k: number,
  candidates: number,
  percentOn: number,
  factor?: number,
): number {
  if (k >= 1) return Math.min(k, candidates);
  throw new ArgumentError({
    where,
    argument: `options.percentOn${factor === undefined ? '' : ' · options.kInferenceFactor'}`,
    got: percentOn * (factor ?? 1),
    expected: `enough for one winner of ${candidates} candidates`,
  });
}
