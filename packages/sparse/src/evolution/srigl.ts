import type { Callback } from '@tensorflow/tfjs-layers';
import type { SparseDense } from '../layer/sparse-dense.ts';
import { demandCount, demandFor, demandShare } from './check-evolution.ts';
import { rewired } from './connections.ts';
import { constantFanInStep } from './constant-fan-in-step.ts';
import { EvolutionCallback, type EvolutionMoment } from './evolution-callback.ts';
import { applyRewired, connectionsOf } from './evolve-layer.ts';
import { gradientMagnitudes } from './grow.ts';
import { aliveOf } from './neighbours.ts';
import { annealed } from './rigl.ts';

/** Options of {@link srigl}. */
export interface SriglOptions {
  /** The share replaced at the start, in (0, 1). Default 0.3. */
  readonly alpha?: number;
  /** Optimiser steps from one update to the next. Default 100. */
  readonly deltaT?: number;
  /** The last step with an update. Default three quarters of the training. */
  readonly endStep?: number;
  /**
   * γ in [0, 1]: a unit goes for good when fewer than γ · fan-in of its connections are among the largest weights or have one
   * of the largest gradients; 0 keeps all units. Default 0.3, the authors' for convolutional networks.
   */
  readonly gammaSal?: number;
}

/**
 * A callback for SRigL: RigL in which all units of a layer keep the same number of inputs, and units that matter little go.
 *
 *     keep the largest |w|, mark as many of the largest |dL/dW| as are removed;   units with fewer than γ · fan-in of both go
 *     fan-in = ⌊connections at the start / units left⌋;   each unit is cut to its largest |w|, or grows its largest |dL/dW|
 *
 * Best begun with `fanIn` in {@link SparseDense}: a layer with other connections gets its constant fan-in at the first update. The number
 * of connections stays what it was at the start, less a remainder below the number of units. Inputs that have gone are not connected
 * again; {@link compact} takes units that have gone out of the trained network. New connections start at 0; one that is removed and
 * grown again at once keeps its value and its moments. Needs memory for inputs · units numbers at each update.
 *
 * @throws ArgumentError for bad options, and when training begins with a model without sparse layers.
 * @example
 * const hidden = () => new SparseDense({ units: 1000, fanIn: 20, activation: 'relu' });
 * await model.fit(xs, ys, { epochs: 20, callbacks: [srigl({ deltaT: 100 })] });
 * @see Lasby et al., "Dynamic Sparse Training with Structured Sparsity", arXiv 2305.02299.
 */
export function srigl({ alpha = 0.3, deltaT = 100, endStep, gammaSal = 0.3 }: SriglOptions = {}): Callback {
  const where = 'srigl';
  const demand = demandFor(where);
  demandShare(demand, 'alpha', alpha);
  demandCount(demand, 'deltaT', deltaT);
  if (endStep !== undefined) demandCount(demand, 'endStep', endStep);
  demand(gammaSal >= 0 && gammaSal <= 1, 'gammaSal', gammaSal, 'in [0, 1]');
  const fraction = annealed(alpha, endStep);
  // What a remainder leaves out must come back when the units are fewer: the first number counts.
  const budgets = new WeakMap<SparseDense, number>();
  const evolve = async (moment: EvolutionMoment) => {
    const share = fraction(moment.t, moment.total);
    if (!(share > 0)) return;
    for (const layer of moment.layers) {
      if (!budgets.has(layer)) budgets.set(layer, layer.connections);
      await evolveFanIn(layer, share, gammaSal, budgets.get(layer)!, moment);
    }
  };
  return new EvolutionCallback({ where, every: deltaT, seed: 0, wantsGradient: true, evolve });
}

async function evolveFanIn(
  layer: SparseDense,
  fraction: number,
  gammaSal: number,
  budget: number,
  { optimizer, gradientOf }: EvolutionMoment,
): Promise<void> {
  const gradient = gradientOf(layer);
  if (!gradient || budget === layer.positions) return;
  const connections = await connectionsOf(layer);
  const { inputs, outputs } = connections.topology;
  const alive = aliveOf(layer);
  const free = await gradientMagnitudes({ inputs, outputs, ...alive, kept: new Float64Array(0) }, gradient);
  const step = constantFanInStep(connections, free, { ...alive, budget, fraction, gammaSal });
  if (step.living.length < outputs) layer.livingUnits = step.living;
  const grown = { positions: step.grown, values: new Float32Array(step.grown.length) };
  applyRewired(layer, rewired(connections, step.dropped, grown, true), optimizer);
}
