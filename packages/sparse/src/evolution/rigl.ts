import type { Callback } from '@tensorflow/tfjs-layers';
import { byGradient } from './by-gradient.ts';
import { demandCount, demandFor, demandShare } from './check-evolution.ts';
import { EvolutionCallback } from './evolution-callback.ts';
import { replacing } from './evolve-layer.ts';
import { cosineFraction } from './set-evolution.ts';

/** Options of {@link rigl}. */
export interface RiglOptions {
  /** The share replaced at the start, in (0, 1). Default 0.3. */
  readonly alpha?: number;
  /** Optimiser steps from one update to the next. Default 100. */
  readonly deltaT?: number;
  /** The last step with an update. Default three quarters of the training. */
  readonly endStep?: number;
  /**
   * Looks for new connections among this many random candidates for each that grows, so that memory and time grow with the
   * connections. Default: all free positions, as published, which takes memory for inputs · units numbers.
   */
  readonly candidates?: number;
  /** Seed of the candidates. Default 0. */
  readonly seed?: number;
}

/**
 * A callback for RigL: every `deltaT` steps the smallest connections give way to those with the largest gradient.
 *
 *     f(t) = α/2 · (1 + cos(π·t / endStep)),   remove ⌊f · count⌋ of the smallest |w|,   grow the largest |dL/dW|
 *
 * New connections start at 0. One that was removed and is grown again at once keeps its value and its moments. As in the
 * released code, the step before an update is made by the optimiser; the gradient is that of its batch.
 *
 * @throws ArgumentError for bad options, and when training begins with a model without sparse layers.
 * @example
 * await model.fit(xs, ys, { epochs: 20, callbacks: [rigl({ deltaT: 100 })] });
 * @see Evci et al., "Rigging the Lottery: Making All Tickets Winners", arXiv 1911.11134.
 */
export function rigl({
  alpha = 0.3,
  deltaT = 100,
  endStep,
  candidates,
  seed = 0,
}: RiglOptions = {}): Callback {
  const where = 'rigl';
  const demand = demandFor(where);
  demandShare(demand, 'alpha', alpha);
  demandCount(demand, 'deltaT', deltaT);
  if (endStep !== undefined) demandCount(demand, 'endStep', endStep);
  const plan = replacing(annealed(alpha, endStep), byGradient(demand, candidates));
  return new EvolutionCallback({ where, every: deltaT, seed, ...plan });
}

/** The share that RigL replaces at step t: from `alpha` down to 0 at the end, by default three quarters of the training. */
export function annealed(alpha: number, endStep: number | undefined): (t: number, total: number) => number {
  return (t, total) => {
    const end = endStep ?? 0.75 * total;
    if (t > end) return 0;
    // Without an end in sight, as in a data set of unknown size, the share stays.
    return Number.isFinite(end) ? cosineFraction(alpha, t, end) : alpha;
  };
}
