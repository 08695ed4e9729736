import { ArgumentError, Random, trainedModel } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import { Callback, type LayersModel } from '@tensorflow/tfjs-layers';
import { SparseDense } from '../layer/sparse-dense.ts';
import { evolveLayer, type Replacement } from './evolve-layer.ts';
import type { RecordedGradient } from './grow.ts';

/** When and how much an {@link EvolutionCallback} replaces. */
export interface EvolutionPlan extends Replacement {
  readonly where: string;
  /** `'epoch'`, or a number of steps. */
  readonly every: 'epoch' | number;
  /** The share to replace at time t of T; both count epochs or steps. 0 for none. */
  readonly fraction: (t: number, total: number) => number;
  readonly seed: number;
}

/** The layers of a model whose topology may change: sparse ones, except those that say no and those that are its output. */
export function evolvingLayers(model: LayersModel, where: string): SparseDense[] {
  const sparse = model.layers.filter((layer) => layer instanceof SparseDense);
  if (sparse.length === 0) {
    const expected = 'a model with SparseDense layers';
    throw new ArgumentError({ where, argument: 'model', got: model.name, expected });
  }
  return sparse.filter(
    (layer) => layer.trainableTopology && !model.outputs.some(({ sourceLayer }) => sourceLayer === layer),
  );
}

/** A callback that replaces connections between the steps, or the epochs, of `fit`. */
export class EvolutionCallback extends Callback {
  private readonly random: Random;
  private readonly gradients = new Map<SparseDense, RecordedGradient>();
  private step = 0;

  constructor(private readonly plan: EvolutionPlan) {
    super();
    this.random = new Random(plan.seed);
  }

  override async onTrainBegin(): Promise<void> {
    evolvingLayers(trainedModel(this, this.plan.where), this.plan.where);
    this.step = 0;
  }

  override async onBatchBegin(batch: number): Promise<void> {
    if (this.plan.grow === 'random' || !this.isDue(batch)) return;
    for (const layer of evolvingLayers(this.model, this.plan.where)) {
      layer.recorder = (x, dz) => this.keep(layer, { x, dz });
    }
  }

  override async onBatchEnd(): Promise<void> {
    this.step++;
    const { every, fraction } = this.plan;
    if (every === 'epoch' || this.step % every !== 0) return;
    await this.evolve(fraction(this.step, this.totalSteps()));
  }

  override async onEpochEnd(epoch: number): Promise<void> {
    const { epochs } = this.params as { epochs: number };
    // What would grow after the last epoch would never be trained.
    if (this.plan.every === 'epoch' && epoch < epochs - 1) {
      await this.evolve(this.plan.fraction(epoch + 1, epochs));
    }
    this.forget();
  }

  override async onTrainEnd(): Promise<void> {
    this.forget();
  }

  private async evolve(fraction: number): Promise<void> {
    if (fraction > 0) {
      for (const layer of evolvingLayers(trainedModel(this, this.plan.where), this.plan.where)) {
        const gradient = this.gradients.get(layer) ?? null;
        await evolveLayer(layer, fraction, this.plan, this.model.optimizer, this.random, gradient);
      }
    }
    this.forget();
  }

  /** Whether the gradient of this step is wanted: it precedes a change. */
  private isDue(batch: number): boolean {
    const { every } = this.plan;
    if (every !== 'epoch') return (this.step + 1) % every === 0;
    const inEpoch = this.batchesInEpoch();
    return inEpoch === undefined || batch === inEpoch - 1;
  }

  private keep(layer: SparseDense, gradient: RecordedGradient): void {
    layer.recorder = null;
    tf.dispose(this.gradients.get(layer) as unknown as tf.NamedTensorMap | undefined);
    this.gradients.set(layer, gradient);
  }

  private forget(): void {
    for (const gradient of this.gradients.values()) tf.dispose(gradient as unknown as tf.NamedTensorMap);
    this.gradients.clear();
  }

  private batchesInEpoch(): number | undefined {
    const { steps, samples, batchSize } = this.params as Record<string, number | undefined>;
    return steps ?? (samples && batchSize ? Math.ceil(samples / batchSize) : undefined);
  }

  private totalSteps(): number {
    return (this.params as { epochs: number }).epochs * (this.batchesInEpoch() ?? Number.POSITIVE_INFINITY);
  }
}
