import { ArgumentError, Random, trainedModel } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import { Callback, type LayersModel } from '@tensorflow/tfjs-layers';
import { SparseDense } from '../layer/sparse-dense.ts';
import type { RecordedGradient } from './grow.ts';

/** When and how an {@link EvolutionCallback} changes topologies. */
export interface EvolutionPlan {
  readonly where: string;
  /** `'epoch'`, or a number of steps. */
  readonly every: 'epoch' | number;
  /** Whether changes want the gradient of the last batch. */
  readonly wantsGradient: boolean;
  readonly seed: number;
  /** Changes the topologies of a model. */
  readonly evolve: (moment: EvolutionMoment) => Promise<void>;
}

/** What a change of topologies is made of. */
export interface EvolutionMoment {
  /** Those that may change, in the order of the model. */
  readonly layers: readonly SparseDense[];
  /** The time, in epochs or steps, and the time at which the training ends; infinite where it is not known. */
  readonly t: number;
  readonly total: number;
  readonly optimizer: tf.Optimizer;
  readonly random: Random;
  /** Of the last batch, if it was wanted. */
  readonly gradientOf: (layer: SparseDense) => RecordedGradient | null;
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
    if (!this.plan.wantsGradient || !this.isDue(batch)) return;
    for (const layer of evolvingLayers(this.model, this.plan.where)) {
      layer.recorder = (x, dz) => this.keep(layer, { x, dz });
    }
  }

  override async onBatchEnd(): Promise<void> {
    this.step++;
    const { every } = this.plan;
    if (every !== 'epoch' && this.step % every === 0) await this.evolve(this.step, this.totalSteps());
  }

  override async onEpochEnd(epoch: number): Promise<void> {
    const { epochs } = this.params as { epochs: number };
    // What would grow after the last epoch would never be trained.
    if (this.plan.every === 'epoch' && epoch < epochs - 1) await this.evolve(epoch + 1, epochs);
    this.forget();
  }

  override async onTrainEnd(): Promise<void> {
    this.forget();
  }

  private async evolve(t: number, total: number): Promise<void> {
    await this.plan.evolve({
      layers: evolvingLayers(trainedModel(this, this.plan.where), this.plan.where),
      t,
      total,
      optimizer: this.model.optimizer,
      random: this.random,
      gradientOf: (layer) => this.gradients.get(layer) ?? null,
    });
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
