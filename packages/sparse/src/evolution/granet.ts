import type { Callback } from '@tensorflow/tfjs-layers';
import { byGradient } from './by-gradient.ts';
import { demandCount, demandFor, demandNatural, demandShare } from './check-evolution.ts';
import { EvolutionCallback, type EvolutionMoment } from './evolution-callback.ts';
import { evolveLayer } from './evolve-layer.ts';
import { pruneGlobally } from './prune-globally.ts';
import { cosineFraction } from './set-evolution.ts';

/** Options of {@link granet}. */
export interface GranetOptions {
  /** The sparsity of all evolving layers together at the end of the pruning, in (0, 1). Default 0.9. */
  readonly finalSparsity?: number;
  /** Optimiser steps from one pruning to the next. Default 100. */
  readonly deltaT?: number;
  /** The step at which the sparsity begins to rise from what the model has. Default 0. */
  readonly startStep?: number;
  /** The step at which it reaches its end. Default three quarters of the training. */
  readonly endStep?: number;
  /** The share of survivors that regrow after the first pruning, in (0, 1). Default 0.5. */
  readonly zeta?: number;
  /** That share at the end of the training, in (0, 1). Default 0.005. */
  readonly finalZeta?: number;
  /** As in {@link rigl}: grows among random candidates. Default: among all free positions. */
  readonly candidates?: number;
  /** Seed of the candidates. Default 0. */
  readonly seed?: number;
}

/**
 * A callback for GraNet: every `deltaT` steps the smallest connections of all layers together go, so that the sparsity s
 * rises from that of the model to `finalSparsity`; then each layer gives a share of what is left, its smallest, for as many with the
 * largest gradient.
 *
 *     s(t) = s₁ + (s₀ − s₁)·(1 − (t − start) / (end − start))³
 *     share(t) = finalZeta + (zeta − finalZeta)/2 · (1 + cos(π·t / steps))
 *
 * Start with layers of density 1 for dense-to-sparse, or with sparser ones, which never cost what a dense network costs.
 * New connections start at 0; one that is removed and grown again at once keeps its value and its moments.
 *
 * @throws ArgumentError for bad options; when training begins with a model without sparse layers; and at the first pruning if
 * it has no end in sight, as in a data set of unknown size without `endStep`.
 * @example
 * const hidden = () => new SparseDense({ units: 1000, density: 0.5, activation: 'relu' });
 * await model.fit(xs, ys, { epochs: 20, callbacks: [granet({ finalSparsity: 0.95 })] });
 * @see Liu et al., "Sparse Training via Boosting Pruning Plasticity with Neuroregeneration", arXiv 2106.10404.
 */
export function granet({
  finalSparsity = 0.9,
  deltaT = 100,
  startStep = 0,
  endStep,
  zeta = 0.5,
  finalZeta = 0.005,
  candidates,
  seed = 0,
}: GranetOptions = {}): Callback {
  const where = 'granet';
  const demand = demandFor(where);
  demandShare(demand, 'finalSparsity', finalSparsity);
  demandCount(demand, 'deltaT', deltaT);
  demandNatural(demand, 'startStep', startStep);
  if (endStep !== undefined) {
    demand(Number.isSafeInteger(endStep) && endStep > startStep, 'endStep', endStep, `above ${startStep}`);
  }
  demandShare(demand, 'zeta', zeta);
  demandShare(demand, 'finalZeta', finalZeta);
  const replacement = byGradient(demand, candidates);
  let initial: number | undefined;
  const evolve = async (moment: EvolutionMoment) => {
    const { layers, t, total } = moment;
    const end = endStep ?? 0.75 * total;
    demand(Number.isFinite(end), 'endStep', endStep, 'given where the length of the training is not known');
    if (t < startStep || t >= total) return;
    const positions = layers.reduce((sum, layer) => sum + layer.positions, 0);
    initial ??= 1 - layers.reduce((sum, layer) => sum + layer.connections, 0) / positions;
    const sparsity = sparsityAt(t, { initial, final: finalSparsity, start: startStep, end });
    await pruneGlobally(layers, Math.round((1 - sparsity) * positions), moment.optimizer);
    const share = Number.isFinite(total) ? finalZeta + cosineFraction(zeta - finalZeta, t, total) : zeta;
    for (const layer of layers) await evolveLayer(layer, share, replacement, moment);
  };
  return new EvolutionCallback({ where, every: deltaT, seed, wantsGradient: true, evolve });
}

/** A sparsity that rises, or falls, from one time to another. */
export interface SparsityRamp {
  readonly initial: number;
  readonly final: number;
  readonly start: number;
  readonly end: number;
}

/** The sparsity at time t: steep at first, flat at the end. */
export function sparsityAt(t: number, { initial, final, start, end }: SparsityRamp): number {
  const left = 1 - Math.min(1, Math.max(0, (t - start) / (end - start)));
  return final + (initial - final) * left ** 3;
}
