import { countingLayers, Random, saveCheckpoint, type TensorSet } from '@arborize/core';
import { dispose, type Scalar } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { evolvingLayers } from '../evolution/evolution-callback.ts';
import { pruneUnits } from '../evolution/importance-pruning.ts';
import { setPlan } from '../evolution/set-evolution.ts';
import { type AloneStates, packStates } from './alone-states.ts';
import { blockBatches, taskOf } from './block-tasks.ts';
import type { ParallelProgress, Settings } from './fit-parallel-options.ts';
import { mergeReplicas } from './merge-replicas.ts';
import type { Result, WorkerMessage } from './messages.ts';
import { resume, sparseStates, type UserState } from './resume.ts';
import { allocateState, collect, named, publish, takeLogs } from './server-state.ts';
import { Control, type SharedState } from './shared-state.ts';
import { sparseLayers } from './sparse-layers.ts';
import { openEpoch } from './wait.ts';
import { warmedUp } from './warm-up.ts';
import type { WorkerPool } from './worker-pool.ts';

type Logs = Record<string, number>;

/** What {@link fitParallel} gives back. */
export interface ParallelResult {
  /** Loss and metrics by name, one number for each epoch of this call; those of validation for those of phase 1. */
  readonly history: Record<string, number[]>;
  /** Loss and metrics of the finished model on the validation data; `null` without. */
  readonly validation: Record<string, number> | null;
}

/** Holds the model while workers train it, and does between epochs what only one can do. */
export class ParallelServer {
  /** Epochs done, as far as the model has them. */
  epoch = 0;
  private random: Random;
  /** Phase 2, once it has begun. */
  private alone: AloneStates | null = null;
  private readonly history: Record<string, number[]> = {};
  /** Batches that the workers together take in an epoch. */
  private steps = 0;

  constructor(
    private readonly model: LayersModel,
    private readonly settings: Settings,
  ) {
    this.random = new Random(settings.evolution?.seed ?? 0);
  }

  get phase(): 1 | 2 {
    return this.alone ? 2 : 1;
  }

  /** Goes back to the checkpoint, if there is one; `true` if nothing is left to do. */
  async resume(): Promise<boolean> {
    const { checkpoint, epochs } = this.settings;
    const found = checkpoint && (await resume(checkpoint, this.model));
    if (found) {
      this.epoch = found.epoch;
      this.random = found.random;
      this.alone = found.alone;
    }
    return this.epoch >= epochs;
  }

  async train(xs: TensorSet, ys: TensorSet, pool: WorkerPool): Promise<ParallelResult> {
    const { model, settings } = this;
    const { workers, mode, epochs } = settings;
    const together = Math.max(1, Math.round(settings.phase1 * epochs), this.epoch);
    // Of another split of the epochs or of the data.
    if (this.epoch < together || this.alone?.states.length !== workers) this.alone = null;
    const state = allocateState(model, workers, mode === 'wassp');
    await publish(model, state);
    const batches = blockBatches(xs, settings);
    this.steps = batches.batches * workers;
    Atomics.store(state.control, Control.epochs, this.epoch);
    Atomics.store(state.control, Control.updates, this.epoch * batches.updates);
    state.rate[0] = this.rateAt(this.epoch);
    const task = await taskOf(model, xs, ys, settings, {
      state,
      ...batches,
      startEpoch: this.epoch,
      together,
    });
    // None begins before all are there.
    for (let k = 0; k < workers; k++) await this.expect(pool, 'ready');
    for (let worker = 0; worker < workers; worker++) {
      pool.send(worker, { kind: 'task', task: { ...task, worker } });
    }
    while (this.epoch < together) {
      await this.expect(pool, 'epoch');
      await this.closeEpoch(state);
    }
    if (together < epochs) await this.part(pool, state, together);
    return this.finished();
  }

  /** The result, with the model as it is. */
  async finished(): Promise<ParallelResult> {
    return { history: this.history, validation: await this.validate() };
  }

  /** Between two epochs of phase 1, while all workers wait. */
  private async closeEpoch(state: SharedState): Promise<void> {
    const { model, settings } = this;
    const { epochs, evolution, importancePruning: pruning } = settings;
    const epoch = this.epoch;
    collect(model, state);
    const logs = takeLogs(model, state);
    for (const [name, value] of Object.entries((await this.validate()) ?? {})) logs[`val_${name}`] = value;
    // What would grow after the last epoch would never be trained.
    if (epoch < epochs - 1) {
      const { startEpoch = 200, everyEpochs = 10, percentile = 20, removePruned = true } = pruning ?? {};
      const prunes = pruning && epoch >= startEpoch && (epoch - startEpoch) % everyEpochs === 0;
      if (prunes) await pruneUnits(model, percentile, removePruned);
      if (evolution) {
        const layers = evolvingLayers(model, 'fitParallel');
        const { optimizer } = model;
        const moment = {
          layers,
          t: epoch + 1,
          total: epochs,
          optimizer,
          random: this.random,
          gradientOf: () => null,
        };
        await setPlan('fitParallel', evolution).evolve(moment);
      }
      if (prunes || evolution) await publish(model, state);
    }
    this.finishEpochs(epoch + 1);
    state.rate[0] = this.rateAt(this.epoch);
    openEpoch(state.control);
    // The workers train on meanwhile.
    await this.save();
    await this.report({ phase: 1, epoch: this.epoch, worker: null, logs });
    this.remember(logs);
  }

  private finishEpochs(epoch: number): void {
    this.epoch = epoch;
    for (const layer of countingLayers(this.model)) layer.noiseStep = epoch * this.steps;
  }

  /** Phase 2: every worker on its own, and the merging of what they bring. */
  private async part(pool: WorkerPool, state: SharedState, together: number): Promise<void> {
    const { model, settings } = this;
    const { workers, epochs, evolution } = settings;
    const livingUnits = sparseLayers(model).map((layer) => layer.livingUnits);
    this.alone ??= { states: Array.from({ length: workers }, () => null), logs: [] };
    const { states, logs } = this.alone;
    const first = Math.min(...states.map((each) => each?.epoch ?? together));
    for (let k = 0; k < workers; k++) {
      // One worker goes on as the server would.
      const random = (k === 0 ? this.random : this.random.fork(k)).state();
      const begin = states[k] ?? { epoch: together, random, result: null };
      pool.send(k, { kind: 'part', parting: { ...begin, livingUnits } });
    }
    const results: Result[] = [];
    for (let left = workers; left > 0; ) {
      const { worker, message } = await this.expect(pool, 'alone', 'result');
      if (message.kind === 'result') {
        results[worker] = message.result;
        left--;
      } else if (message.kind === 'alone') {
        const own = named(model, message.logs);
        logs[message.epoch] ??= [];
        logs[message.epoch]![worker] = own;
        states[worker] = message.state;
        await this.save();
        await this.report({ phase: 2, epoch: message.epoch + 1, worker, logs: own });
      }
    }
    mergeReplicas(model, state, results, evolution?.dropBy ?? 'sign');
    this.alone = null;
    for (let epoch = first; epoch < epochs; epoch++) this.remember(meanOf(logs[epoch] as Logs[]));
    this.finishEpochs(epochs);
    await this.save();
  }

  /** The next message, of a kind that can come now. */
  private async expect(pool: WorkerPool, ...kinds: WorkerMessage['kind'][]) {
    const received = await pool.next();
    if (kinds.includes(received.message.kind)) return received;
    throw new Error(`fitParallel: worker ${received.worker} says '${received.message.kind}', not ${kinds}`);
  }

  private rateAt(epoch: number): number {
    const { learningRate } = this.model.optimizer.getConfig() as { learningRate: number };
    return this.settings.mode === 'wasap' ? learningRate : warmedUp(learningRate, epoch, this.settings);
  }

  private async validate(): Promise<Logs | null> {
    const { validationData, batchSize } = this.settings;
    if (!validationData) return null;
    const losses = [this.model.evaluate(...validationData, { batchSize })].flat() as Scalar[];
    const values = await Promise.all(losses.map((loss) => loss.data()));
    dispose(losses);
    return named(
      this.model,
      values.map((value) => value[0]!),
    );
  }

  private async save(): Promise<void> {
    const { checkpoint } = this.settings;
    if (!checkpoint) return;
    const { model, epoch, alone } = this;
    const { packed = null, arrays = {} } = alone ? packStates(alone) : {};
    const user: UserState = { sparse: sparseStates(model), alone: packed };
    await saveCheckpoint(checkpoint, { model, epoch, random: { evolution: this.random }, user, arrays });
  }

  private async report(progress: Omit<ParallelProgress, 'epochs'>): Promise<void> {
    await this.settings.onEpoch?.({ ...progress, epochs: this.settings.epochs });
  }

  private remember(logs: Logs): void {
    for (const [name, value] of Object.entries(logs)) {
      this.history[name] ??= [];
      this.history[name]!.push(value);
    }
  }
}

function meanOf(logs: readonly Logs[]): Logs {
  const mean = (name: string) => logs.reduce((sum, each) => sum + each[name]!, 0) / logs.length;
  return Object.fromEntries(Object.keys(logs[0]!).map((name) => [name, mean(name)]));
}
