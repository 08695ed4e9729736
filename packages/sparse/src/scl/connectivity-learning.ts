import { ArgumentError, trainedModel } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { Callback } from '@tensorflow/tfjs-layers';
import { connectivityLayers, countOpen, positionsOfLayer } from './connectivity-layers.ts';
import type { ConnectivityLayer } from './connectivity-mask.ts';
import { checkedUpdate, type MaskUpdate, type MaskUpdateOptions, nextMask } from './mask-update.ts';
import { densityAt, steerLambda } from './target-density.ts';
import { usesPerExample } from './uses-per-example.ts';

/** Options of {@link connectivityLearning}: those of each step of the masks, and of the whole training. */
export interface ConnectivityLearningOptions extends MaskUpdateOptions {
  /** The share of the training after which masks stay as they are, in (0, 1]; 1: never. Default 0.8. */
  readonly freezeAt?: number;
  /** What λ presses on: every connection alike (default), or each as often as an example uses it. */
  readonly regularizer?: 'connections' | 'flops';
  /** The share of connections to end with, in (0, 1); λ, which is then a first value, is steered towards it. */
  readonly targetDensity?: number;
  /** Steps from one look at the density to the next, with `targetDensity`. Default 20. */
  readonly steerEvery?: number;
}

/**
 * A callback that learns which connections exist, while `fit` learns their weights: for every {@link ConnectivityDense} and
 * {@link ConnectivityConv2D} of the model, after each step of the optimiser,
 *
 *     ĝ = G·w / rms over the unit or filter;   m ← m − rate·(ĝ + λ)      see {@link maskUpdate}
 *
 * λ is the one knob: how many connections each layer keeps follows from it. Weights of closed connections stay as they are,
 * under any optimiser and weight decay, so that they can return. At `freezeAt` the masks become final, because some would
 * open and close for ever; the weights learn on. Each epoch's logs, hence the history, get `density`, and `lambda` where it is
 * steered. A layer that has closed its last connection is warned about on the console; `keepAtLeast` prevents it. Masks are saved
 * with the model and in checkpoints; a training that goes on with `initialEpoch` goes on with them, and with λ as it was steered.
 *
 * With `targetDensity`, λ ← λ·exp(½·(density − target(t))/target(t)) within [0.001, 1], at most by a factor of 1.65 at once;
 * target(t) falls from 1 to the goal until `freezeAt`. Masks freeze as soon as the goal is reached.
 *
 * @throws ArgumentError for an option out of range, and when training begins, for a model without such layers.
 * @example
 * const model = await learnConnectivity(dense); // or layers of ConnectivityDense
 * model.compile({ optimizer: tf.train.momentum(0.1, 0.9), loss: 'categoricalCrossentropy' });
 * await model.fit(xs, ys, { epochs: 15, callbacks: [connectivityLearning({ lambda: 0.1 })] });
 * (await learnedMasks(model)).density; // e.g. 0.06
 * @see Tang et al., "Automatic Sparse Connectivity Learning for Neural Networks", arXiv 2201.05020.
 */
export function connectivityLearning(options: ConnectivityLearningOptions = {}): Callback {
  const where = 'connectivityLearning';
  const { freezeAt = 0.8, regularizer = 'connections', targetDensity = null, steerEvery = 20 } = options;
  const demand = (holds: boolean, argument: string, got: unknown, expected: string) => {
    if (!holds) throw new ArgumentError({ where, argument: `options.${argument}`, got, expected });
  };
  demand(freezeAt > 0 && freezeAt <= 1, 'freezeAt', freezeAt, 'in (0, 1]');
  const known = ['connections', 'flops'].includes(regularizer);
  demand(known, 'regularizer', regularizer, "'connections' or 'flops'");
  const goal = targetDensity === null || (targetDensity > 0 && targetDensity < 1);
  demand(goal, 'targetDensity', targetDensity, 'in (0, 1)');
  demand(Number.isSafeInteger(steerEvery) && steerEvery > 0, 'steerEvery', steerEvery, 'a positive integer');
  const update = checkedUpdate(where, options);
  return new ConnectivityLearning({ ...update, freezeAt, regularizer, targetDensity, steerEvery });
}

interface Plan extends MaskUpdate {
  readonly freezeAt: number;
  readonly regularizer: 'connections' | 'flops';
  readonly targetDensity: number | null;
  readonly steerEvery: number;
}

/** What a step has handed over: w and G of a layer. */
interface Recorded {
  readonly weights: Tensor;
  readonly gradient: Tensor;
}

const WHERE = 'connectivityLearning';

class ConnectivityLearning extends Callback {
  private readonly recorded = new Map<ConnectivityLayer, Recorded>();
  private readonly warned = new Set<ConnectivityLayer>();
  private pressures = new Map<ConnectivityLayer, number>();
  private lambda: number;
  private step = 0;
  private begun = false;

  constructor(private readonly plan: Plan) {
    super();
    this.lambda = plan.lambda;
  }

  override async onTrainBegin(): Promise<void> {
    const layers = connectivityLayers(trainedModel(this, WHERE), WHERE);
    this.lambda = this.plan.lambda;
    this.step = 0;
    this.begun = false;
    this.pressures = pressuresOf(layers, this.plan.regularizer);
  }

  override async onEpochBegin(epoch: number): Promise<void> {
    this.step = epoch * (this.batchesInEpoch() ?? 0);
    if (!this.begun && epoch > 0) await this.goOn();
    this.begun = true;
  }

  override async onBatchBegin(): Promise<void> {
    for (const layer of this.learning())
      layer.recorder = (weights, gradient) => this.keep(layer, { weights, gradient });
  }

  override async onBatchEnd(): Promise<void> {
    for (const [layer, recorded] of this.recorded) {
      this.update(layer, recorded);
      tf.dispose([recorded.weights, recorded.gradient]);
    }
    this.recorded.clear();
    this.step++;
    const { freezeAt, steerEvery, targetDensity } = this.plan;
    if (targetDensity !== null && this.step % steerEvery === 0) await this.steer(targetDensity);
    if (freezeAt < 1 && this.progress() >= freezeAt) this.freeze();
  }

  override async onEpochEnd(epoch: number, logs?: Record<string, unknown>): Promise<void> {
    const { epochs } = this.params as { epochs: number };
    const { freezeAt, targetDensity } = this.plan;
    // Where the number of batches is not known beforehand, epochs tell.
    if (freezeAt < 1 && (epoch + 1) / epochs >= freezeAt) this.freeze();
    if (!logs) return;
    logs.density = await this.density();
    if (targetDensity !== null) logs.lambda = this.lambda;
  }

  override async onTrainEnd(): Promise<void> {
    for (const layer of this.pressures.keys()) layer.recorder = null;
  }

  /** Two uses of a layer in one step add up. */
  private keep(layer: ConnectivityLayer, { weights, gradient }: Recorded): void {
    const before = this.recorded.get(layer);
    if (!before) {
      this.recorded.set(layer, { weights, gradient });
      return;
    }
    const sum = tf.keep(tf.add(before.gradient, gradient));
    tf.dispose([weights, gradient, before.gradient]);
    this.recorded.set(layer, { weights: before.weights, gradient: sum });
  }

  private update(layer: ConnectivityLayer, { weights, gradient }: Recorded): void {
    layer.recorder = null;
    const kernel = layer.kernel.read() as tf.Variable;
    const mask = layer.connectivityMask.read() as tf.Variable;
    const lambda = this.lambda * this.pressures.get(layer)!;
    tf.tidy(() => {
      // Momentum and weight decay would move what is closed.
      kernel.assign(tf.where(tf.greater(mask, 0), kernel, weights));
      mask.assign(nextMask({ mask, weights, gradient }, { ...this.plan, lambda }));
    });
  }

  private async steer(goal: number): Promise<void> {
    if (this.learning().length === 0) return;
    const density = await this.density();
    if (density <= goal) return this.freeze();
    const target = densityAt(this.progress() / this.plan.freezeAt, goal);
    // As it is saved.
    this.lambda = Math.fround(steerLambda(this.lambda, density, target));
    for (const layer of this.learning()) this.note(layer);
  }

  /** Takes up where the training that left these masks was. */
  private async goOn(): Promise<void> {
    for (const layer of this.learning()) {
      const [lambda, final] = await layer.connectivityState.read().data();
      if (this.plan.targetDensity !== null && lambda! > 0) this.lambda = lambda!;
      layer.frozen = final === 1;
    }
  }

  private note(layer: ConnectivityLayer): void {
    const state = [this.plan.targetDensity === null ? 0 : this.lambda, layer.frozen ? 1 : 0];
    tf.tidy(() => (layer.connectivityState.read() as tf.Variable).assign(tf.tensor1d(state)));
  }

  private learning(): ConnectivityLayer[] {
    return [...this.pressures.keys()].filter(({ frozen }) => !frozen);
  }

  private freeze(): void {
    for (const layer of this.learning()) {
      layer.frozen = true;
      this.note(layer);
    }
  }

  private async density(): Promise<number> {
    const layers = [...this.pressures.keys()];
    const open = await Promise.all(layers.map(countOpen));
    for (const [i, layer] of layers.entries()) if (open[i] === 0) this.warn(layer);
    const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
    return sum(open) / sum(layers.map(positionsOfLayer));
  }

  private warn(layer: ConnectivityLayer): void {
    if (this.warned.has(layer)) return;
    this.warned.add(layer);
    console.warn(`${WHERE}: all connections of ${layer.name} are closed. Lower lambda, or set keepAtLeast.`);
  }

  /** The share of the training that is over; 0 while the number of batches is not known. */
  private progress(): number {
    const { epochs } = this.params as { epochs: number };
    const inEpoch = this.batchesInEpoch();
    return inEpoch === undefined ? 0 : this.step / (epochs * inEpoch);
  }

  private batchesInEpoch(): number | undefined {
    const { steps, samples, batchSize } = this.params as Record<string, number | undefined>;
    return steps ?? (samples && batchSize ? Math.ceil(samples / batchSize) : undefined);
  }
}

/** By what λ is multiplied in each layer: 1, or how often an example uses each of its weights, over the mean of all. */
function pressuresOf(
  layers: readonly ConnectivityLayer[],
  regularizer: Plan['regularizer'],
): Map<ConnectivityLayer, number> {
  const uses = layers.map((layer) => (regularizer === 'flops' ? usesPerExample(layer, WHERE) : 1));
  const sizes = layers.map(positionsOfLayer);
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const mean = uses.reduce((sum, use, i) => sum + use * sizes[i]!, 0) / all;
  return new Map(layers.map((layer, i) => [layer, uses[i]! / mean]));
}
