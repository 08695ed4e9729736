import type { Callback } from '@tensorflow/tfjs-layers';
import { demandCount, demandFor, demandOneOf, demandShare } from './check-evolution.ts';
import type { DropBy } from './drop.ts';
import { EvolutionCallback, type EvolutionPlan } from './evolution-callback.ts';
import { type GrowBy, replacing } from './evolve-layer.ts';

/** What {@link setEvolution} replaces and when it ends. */
export interface SetOptions {
  /** ζ: the share of connections that a step replaces, in (0, 1). Default 0.3. */
  readonly zeta?: number;
  /** Which are removed. Default `'sign'`. */
  readonly dropBy?: DropBy;
  /** First values of grown connections. Default `'initializer'`. */
  readonly growInit?: 'initializer' | 'zeros';
  /** The share of the training after which the topology stays, in (0, 1]. Default 1. */
  readonly stopFraction?: number;
  /** `'constant'` (default), or `'cosine'`, from ζ down to 0 at the end of the evolution. */
  readonly anneal?: 'constant' | 'cosine';
  /** Seed of the draws. Default 0. */
  readonly seed?: number;
}

/** Options of {@link setEvolution}. */
export interface SetEvolutionOptions extends SetOptions {
  /** `'epoch'` (default), or a number of optimiser steps from one evolution step to the next. */
  readonly every?: 'epoch' | number;
  /** Where new ones come from. Default `'random'`. */
  readonly grow?: GrowBy;
  /** Candidates for each connection that `'sampledGradient'` grows. Default 4. */
  readonly candidates?: number;
}

/**
 * A callback that evolves the topology of every `SparseDense` layer but the output while `fit` trains: the connections
 * nearest to 0 are removed, as many new ones grow (SET).
 *
 *     per sign: remove the ⌊ζ · count⌋ smallest |w|;   grow as many at random free positions
 *
 * The number of connections stays exactly the same; kept values and their moments are untouched, new moments are 0. There is
 * no step after the last epoch. A removed position may be drawn again; under growth by gradient it then returns as it was.
 *
 * @throws ArgumentError for bad options, and when training begins with a model without sparse layers.
 * @example
 * await model.fit(xs, ys, { epochs: 10, callbacks: [setEvolution({ zeta: 0.3, seed: 1 })] });
 * @see Mocanu et al., "Scalable training of artificial neural networks with adaptive sparse connectivity", arXiv 1707.04780.
 */
export function setEvolution(options: SetEvolutionOptions = {}): Callback {
  return new EvolutionCallback(setPlan('setEvolution', options));
}

/** When and how SET changes topologies; throws an `ArgumentError` of `where` for bad options. */
export function setPlan(
  where: string,
  {
    zeta = 0.3,
    every = 'epoch',
    dropBy = 'sign',
    grow = 'random',
    growInit = 'initializer',
    candidates = 4,
    stopFraction = 1,
    anneal = 'constant',
    seed = 0,
  }: SetEvolutionOptions,
): EvolutionPlan {
  const demand = demandFor(where);
  demandShare(demand, 'zeta', zeta);
  if (every !== 'epoch') demandCount(demand, 'every', every);
  demandOneOf(demand, 'dropBy', dropBy, ['sign', 'magnitude']);
  demandOneOf(demand, 'grow', grow, ['random', 'gradient', 'sampledGradient']);
  demandOneOf(demand, 'growInit', growInit, ['initializer', 'zeros']);
  demandOneOf(demand, 'anneal', anneal, ['constant', 'cosine']);
  demand(candidates >= 1, 'candidates', candidates, 'at least 1');
  demand(stopFraction > 0 && stopFraction <= 1, 'stopFraction', stopFraction, 'in (0, 1]');
  const fraction = (t: number, total: number) => {
    const end = stopFraction * total;
    if (t > end) return 0;
    return anneal === 'constant' ? zeta : cosineFraction(zeta, t, end);
  };
  const plan = replacing(fraction, { dropBy, grow, growInit, candidates });
  return { where, every, seed, ...plan };
}

/** From `first` at 0 down to 0 at `end`, half a cosine. */
export function cosineFraction(first: number, t: number, end: number): number {
  return (first / 2) * (1 + Math.cos((Math.PI * t) / end));
}
