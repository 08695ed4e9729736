import { type Demand, demandCount, demandFor } from '../evolution/check-evolution.ts';

/** The share of weights that is to be pruned, by the number of optimiser steps made. */
export interface SparsitySchedule {
  /** The share at step t, in [0, 1). */
  at(step: number): number;
  /** Whether masks are made anew after step t. */
  isDue(step: number): boolean;
  /** The last step up to t at which masks were made anew; `null` if there was none. */
  lastDue(step: number): number | null;
  /** What the schedule was made from. */
  getConfig(): Readonly<Record<string, number>>;
}

/** Options of {@link polynomialSparsity}. */
export interface PolynomialSparsityOptions {
  /** s_i in [0, 1). Default 0. */
  readonly initialSparsity?: number;
  /** s_f in [0, 1). */
  readonly finalSparsity: number;
  /** t₀, an integer ≥ 0. Default 0. */
  readonly beginStep?: number;
  /** t₁ > t₀. */
  readonly endStep: number;
  /** Default 3: fast at first, then slower. */
  readonly power?: number;
  /** Steps from one mask to the next. Default 100. */
  readonly frequency?: number;
}

/**
 * Sparsity that rises from one share to another.
 *
 *     s(t) = s_f + (s_i − s_f)·(1 − (t − t₀)/(t₁ − t₀))^power   for t in [t₀, t₁], clipped outside
 *
 * @throws ArgumentError for options out of range.
 * @example
 * const schedule = polynomialSparsity({ finalSparsity: 0.9, endStep: 100 });
 * [0, 25, 50, 100].map((t) => schedule.at(t).toFixed(4)); // ['0.0000', '0.5203', '0.7875', '0.9000']
 * @see Zhu and Gupta, "To prune, or not to prune", arXiv 1710.01878, equation 1.
 */
export function polynomialSparsity(options: PolynomialSparsityOptions): SparsitySchedule {
  const { initialSparsity = 0, finalSparsity, beginStep = 0, endStep, power = 3, frequency = 100 } = options;
  const demand = demandFor('polynomialSparsity');
  demandSparsity(demand, 'initialSparsity', initialSparsity);
  demandSparsity(demand, 'finalSparsity', finalSparsity);
  demandSteps(demand, beginStep, frequency);
  demand(
    Number.isSafeInteger(endStep) && endStep > beginStep,
    'endStep',
    endStep,
    `an integer > ${beginStep}`,
  );
  demand(power > 0 && Number.isFinite(power), 'power', power, 'a positive number');
  return schedule(beginStep, endStep, frequency, { initialSparsity, finalSparsity, power }, (t) => {
    const left = 1 - (t - beginStep) / (endStep - beginStep);
    return finalSparsity + (initialSparsity - finalSparsity) * left ** power;
  });
}

/** Options of {@link constantSparsity}. */
export interface ConstantSparsityOptions {
  /** In [0, 1). */
  readonly sparsity: number;
  /** The first step with masks, an integer ≥ 0. Default 0. */
  readonly beginStep?: number;
  /** Steps from one mask to the next. Default 100. */
  readonly frequency?: number;
}

/**
 * The same sparsity from one step on.
 *
 * @throws ArgumentError for options out of range.
 * @example
 * constantSparsity({ sparsity: 0.5, beginStep: 1000 }).at(999); // 0
 */
export function constantSparsity(options: ConstantSparsityOptions): SparsitySchedule {
  const { sparsity, beginStep = 0, frequency = 100 } = options;
  const demand = demandFor('constantSparsity');
  demandSparsity(demand, 'sparsity', sparsity);
  demandSteps(demand, beginStep, frequency);
  // Nothing returns, so that one mask is enough.
  return schedule(beginStep, beginStep, frequency, { sparsity }, (t) => (t < beginStep ? 0 : sparsity));
}

function schedule(
  beginStep: number,
  endStep: number,
  frequency: number,
  config: Readonly<Record<string, number>>,
  sparsity: (step: number) => number,
): SparsitySchedule {
  const isDue = (step: number) =>
    step >= beginStep && step <= endStep && ((step - beginStep) % frequency === 0 || step === endStep);
  return {
    at: (step) =>
      beginStep === endStep ? sparsity(step) : sparsity(Math.min(endStep, Math.max(beginStep, step))),
    isDue,
    lastDue(step) {
      if (step < beginStep) return null;
      if (step >= endStep) return endStep;
      return step - ((step - beginStep) % frequency);
    },
    getConfig: () => ({ ...config, beginStep, endStep, frequency }),
  };
}

function demandSparsity(demand: Demand, option: string, got: number): void {
  demand(got >= 0 && got < 1, option, got, 'in [0, 1)');
}

function demandSteps(demand: Demand, beginStep: number, frequency: number): void {
  demand(Number.isSafeInteger(beginStep) && beginStep >= 0, 'beginStep', beginStep, 'an integer ≥ 0');
  demandCount(demand, 'frequency', frequency);
}
