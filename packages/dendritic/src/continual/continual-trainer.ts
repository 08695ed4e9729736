import { loadCheckpoint, peekCheckpoint, Random, saveCheckpoint } from '@arborize/core';
import type { Optimizer } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { CustomCallback, type LayersModel } from '@tensorflow/tfjs-layers';
import { dendriticLayers } from '../active/held-layer.ts';
import { boostDecay } from '../k-winners/boost-decay.ts';
import { type AccuracyMatrix, backwardTransfer, finalAccuracy, forgetting } from './accuracy-matrix.ts';
import { accuracyOf } from './accuracy-of.ts';
import { contextBatches } from './context-batches.ts';
import { type ContinualTrainerOptions, checkOptions } from './continual-options.ts';
import type { ContinualTask } from './continual-task.ts';

type Optional = 'contexts' | 'storage' | 'onProgress' | 'synapticIntelligence';

interface Saved {
  readonly task: number;
  readonly accuracies: number[][];
  readonly seconds: number[];
  readonly contexts: unknown;
  readonly protection: unknown;
}

/**
 * Trains one model on tasks one after another, without old data, and measures what it remembers.
 *
 * For each task: the context source learns of it, the optimiser starts anew, the model trains for `epochs` epochs on
 * shuffled batches, and is tested on all tasks so far with contexts inferred by the source. While contexts are constant
 * throughout a task, dendritic layers hold them (see {@link ActiveDendriteDense.holdContext}) if the optimiser is Adam,
 * which makes training segments nearly free.
 *
 * With `storage`, a run that was killed goes on where it was when `run` is called again with an equal model, source and
 * tasks; on the cpu and wasm backends, whose sums are in the same order each time, it ends with the same numbers.
 *
 * @throws ArgumentError for options out of range, or a model with a context input and no source.
 * @example
 * const trainer = new ContinualTrainer({
 *   model,
 *   contexts: new PrototypeContext({ width: 784 }),
 *   optimizer: () => tf.train.adam(5e-4),
 *   epochs: 3,
 * });
 * await trainer.run(tasks);
 * trainer.finalAccuracy; // e.g. 0.94
 * trainer.accuracies[9]; // on each of ten tasks, after the last
 * @see Iyer et al., "Avoiding Catastrophe", arXiv 2201.00042.
 */
export class ContinualTrainer {
  private readonly options: Required<Omit<ContinualTrainerOptions, Optional>> &
    Pick<ContinualTrainerOptions, Optional>;
  private readonly tests: ContinualTask['test'][] = [];
  private rows: number[][] = [];
  private times: number[] = [];
  private optimizer: Optimizer | null = null;

  constructor(options: ContinualTrainerOptions) {
    this.options = {
      keepOptimizer: false,
      loss: 'categoricalCrossentropy',
      batchSize: 256,
      seed: 0,
      ...options,
    };
    checkOptions(this.options);
  }

  /** The model that is trained. */
  get model(): LayersModel {
    return this.options.model;
  }

  /** Row t: accuracies on tasks 0 … t after task t. */
  get accuracies(): AccuracyMatrix {
    return this.rows;
  }

  /** Seconds of training on each task, also those before a kill; tests excluded. */
  get seconds(): readonly number[] {
    return this.times;
  }

  /** Mean accuracy over all tasks so far, after the last. */
  get finalAccuracy(): number {
    return finalAccuracy(this.rows);
  }

  /** See {@link forgetting}. */
  get forgetting(): number {
    return forgetting(this.rows);
  }

  /** See {@link backwardTransfer}. */
  get backwardTransfer(): number {
    return backwardTransfer(this.rows);
  }

  /** Trains on all tasks in order; with `storage`, on those that are left. */
  async run(tasks: readonly ContinualTask[]): Promise<void> {
    const from = await this.resume(tasks);
    for (let task = from.task; task < tasks.length; task++) {
      await this.fitTask(tasks[task]!, task === from.task ? from.epoch : 0);
    }
  }

  /** Trains on one more task, from an epoch on, and tests all tasks so far. */
  async fitTask(task: ContinualTask, fromEpoch = 0): Promise<void> {
    const { model, contexts, epochs, batchSize, seed } = this.options;
    const number = this.tests.length;
    const started = performance.now() - 1000 * (this.times[number] ?? 0);
    const { xs, ys } = task.train();
    if (fromEpoch === 0) {
      await contexts?.beginTask(xs, number);
      await this.prepare();
    }
    const order = { batchSize, seed: new Random(seed).fork(number).uint32(), startEpoch: fromEpoch };
    const batches = contextBatches(xs, ys, contexts, order);
    await model.fitDataset(batches as never, {
      initialEpoch: fromEpoch,
      epochs,
      verbose: 0,
      callbacks: [boostDecay(), this.watch(number, batches.size, started)],
    });
    tf.dispose([xs, ys]);
    for (const layer of dendriticLayers(model)) layer.releaseContext();
    this.options.synapticIntelligence?.endTask();
    this.times[number] = secondsSince(started);
    this.tests.push(task.test);
    this.rows.push(await this.test());
    if (!this.options.keepOptimizer) this.compile(this.options.optimizer());
    await this.save(number + 1, 0);
  }

  /** The accuracy on the tests of all tasks so far. */
  async test(): Promise<number[]> {
    const row: number[] = [];
    for (const [task, test] of this.tests.entries()) {
      const samples = test();
      row.push(await accuracyOf(this.options.model, samples, this.options.contexts, task));
      tf.dispose([samples.xs, samples.ys]);
    }
    return row;
  }

  /** Disposes of the optimiser; the model is yours. */
  dispose(): void {
    this.optimizer?.dispose();
    this.optimizer = null;
  }

  /** Readies model and optimiser for the task that the context source was told of. */
  private async prepare(): Promise<void> {
    const { model, contexts, keepOptimizer } = this.options;
    if (keepOptimizer && this.optimizer) return;
    const optimizer = this.options.optimizer();
    if (contexts?.constant && !keepOptimizer && optimizer.getClassName() === 'Adam') {
      const context = await contexts.observe();
      for (const layer of dendriticLayers(model)) layer.holdContext(context);
    }
    this.compile(optimizer);
  }

  private compile(optimizer: Optimizer): void {
    this.optimizer?.dispose();
    this.optimizer = optimizer;
    const { model, loss, synapticIntelligence } = this.options;
    model.compile({ optimizer: synapticIntelligence?.wrap(optimizer) ?? optimizer, loss });
  }

  private watch(task: number, batches: number, started: number): CustomCallback {
    const { epochs, onProgress } = this.options;
    let done = 0;
    return new CustomCallback({
      onEpochBegin: async (epoch) => {
        done = epoch;
      },
      onBatchEnd: async (batch) => onProgress?.({ task, epoch: done, fraction: (batch + 1) / batches }),
      onEpochEnd: async (epoch) => {
        this.times[task] = secondsSince(started);
        // After the last epoch the task is not over: its tests come first.
        if (epoch + 1 < epochs) await this.save(task, epoch + 1);
      },
    });
  }

  private async save(task: number, epoch: number): Promise<void> {
    const { storage, model, contexts, synapticIntelligence } = this.options;
    if (!storage) return;
    const user: Saved = {
      task,
      accuracies: this.rows,
      seconds: this.times,
      contexts: contexts?.toJSON() ?? null,
      protection: (await synapticIntelligence?.state()) ?? null,
    };
    await saveCheckpoint(storage, { model, epoch, user });
  }

  private async resume(tasks: readonly ContinualTask[]): Promise<{ task: number; epoch: number }> {
    const { storage, model, contexts, synapticIntelligence } = this.options;
    const saved = storage && (await peekCheckpoint(storage));
    if (!storage || !saved) return { task: this.tests.length, epoch: 0 };
    const { epoch } = saved;
    const { task, accuracies, seconds, contexts: state, protection } = saved.user as Saved;
    this.rows = accuracies;
    this.times = seconds;
    this.tests.splice(0, Infinity, ...tasks.slice(0, task).map(({ test }) => test));
    contexts?.restore(state);
    synapticIntelligence?.restore(protection);
    // The weights that train, and so the layout of the file, depend on whether a context is held.
    if (epoch > 0) await this.prepare();
    else this.compile(this.options.optimizer());
    await loadCheckpoint(storage, model);
    return { task, epoch };
  }
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}
