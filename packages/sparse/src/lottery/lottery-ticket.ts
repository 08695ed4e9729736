import { ArgumentError, Random } from '@arborize/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { applyMasks } from '../pruning/apply-masks.ts';
import type { MaskSet } from '../pruning/mask-set.ts';
import { randomMasks } from '../pruning/random-masks.ts';
import { pruneTicket, renamed, ticketWeights } from './prune-ticket.ts';
import { restoreSnapshot, shapesOf, takeSnapshot } from './snapshot.ts';
import { levelsOf, type TicketLevel, withLevel } from './ticket-level.ts';
import {
  type BranchKind,
  checkTicketOptions,
  type LotteryTicketOptions,
  type TicketMetrics,
} from './ticket-options.ts';
import { loadState, saveState, type TicketState } from './ticket-state.ts';
import { type TrainedTicket, trainTicket } from './train-ticket.ts';

/** Options of {@link LotteryTicket.run}. */
interface TicketRunOptions {
  readonly upTo?: number;
  readonly onLevel?: (level: TicketLevel, trained: { model: LayersModel; masks: MaskSet | null }) => unknown;
}

/**
 * Iterative magnitude pruning: train, remove the share p of the smallest weights that are left, set the others back, repeat.
 *
 *     rewind 'init'          survivors ← θ₀, as they were before the first training
 *            { step: k }     survivors ← θ_k, as they were after k steps; the schedule goes on from step k
 *            'learningRate'  survivors stay as trained; the schedule starts again
 *            'none'          survivors stay as trained; the last learning rate goes on (fine-tuning)
 *
 * Biases and normalisations are set back too. Optimisers are always new. After every level all that matters is written to
 * `storage`, wholly or not at all; a run that was killed goes on after its last level and ends as if it had not been.
 *
 * Small networks win tickets with `'init'`; those with normalisation or of ResNet's size want `{ step }` at 1 to 5 % of the
 * training; for a model that is trained already take `'learningRate'`.
 *
 * @throws ArgumentError for bad options.
 * @example
 * const tickets = new LotteryTicket({
 *   buildModel,
 *   levels: 15,
 *   train: async (model, run) => {
 *     model.compile({ optimizer: run.masked(tf.train.adam(0.001)), loss: 'categoricalCrossentropy', metrics: ['acc'] });
 *     await model.fitDataset(seededBatches(xs, ys, { seed: 1 }), { epochs: 10 });
 *     const [, accuracy] = model.evaluate(testXs, testYs);
 *     return { accuracy: (await accuracy.data())[0] };
 *   },
 *   storage: fileStorage('mnist.tickets'),
 * });
 * await tickets.run(); // [{ level: 0, density: 1, … }, …, { level: 15, density: 0.035, … }]
 * @see Frankle and Carbin, "The Lottery Ticket Hypothesis", arXiv 1803.03635; Renda et al., "Comparing Rewinding and
 * Fine-tuning", arXiv 2003.02389.
 */
export class LotteryTicket {
  private readonly settings: string;
  private readonly seed: number;
  private state: TicketState | null = null;

  constructor(private readonly options: LotteryTicketOptions) {
    checkTicketOptions(options);
    const { prune = {}, rewind = 'init', seed = 0, buildModel } = options;
    this.seed = seed;
    const model = buildModel(seed);
    this.settings = JSON.stringify({ prune, rewind, seed, weights: shapesOf(model) });
    ticketWeights(model, prune);
    model.dispose();
  }

  /**
   * Trains and prunes until all levels are done; those that are, also in `storage`, are not repeated.
   *
   * @param options.upTo The last level of this call. Default: that of the tickets.
   * @param options.onLevel Sees each trained model before its level is kept and the model disposed of.
   * @returns All levels up to that one.
   * @throws CheckpointError if `storage` holds damaged data, or a run of other settings.
   */
  async run({ upTo = this.options.levels, onLevel }: TicketRunOptions = {}): Promise<TicketLevel[]> {
    const { levels, prune = {}, rewind = 'init', storage } = this.options;
    if (!(Number.isInteger(upTo) && upTo >= 0 && upTo <= levels)) {
      const expected = `an integer in [0, ${levels}]`;
      throw new ArgumentError({ where: 'LotteryTicket.run', argument: 'options.upTo', got: upTo, expected });
    }
    if (storage) this.state ??= await loadState(storage, this.settings);
    for (let level = this.state?.levels.length ?? 0; level <= upTo; level++) {
      await this.withModel(this.seed, async (model) => {
        const initial = this.state?.snapshots.initial ?? (await takeSnapshot(model));
        const masks = this.prepare(model, level);
        const captureAt = level === 0 && typeof rewind === 'object' ? rewind.step : null;
        const done = await this.train(model, 'ticket', level, masks, captureAt);
        const next = await pruneTicket(ticketWeights(model, prune), masks, prune);
        const state = withLevel(this.state, initial, done, next);
        await onLevel?.(levelsOf(state)[level]!, { model, masks });
        await this.keep(state);
      });
    }
    return levelsOf(this.state).slice(0, upTo + 1);
  }

  /**
   * Trains a control at the density of a level that is done.
   *
   *     'randomMask'  as many weights of each tensor, at random places, from the same start
   *     'reinit'      the ticket's mask, from other first weights
   *     'oneShot'     the trained dense network, pruned to the level at once, and rewound
   *
   * @returns What `train` gave; a control that is done, also in `storage`, is not repeated.
   * @throws ArgumentError if the level is not done.
   */
  async branch(kind: BranchKind, level: number): Promise<TicketMetrics> {
    const { prune = {}, rewind = 'init' } = this.options;
    const fault = (argument: string, got: unknown, expected: string) =>
      new ArgumentError({ where: 'LotteryTicket.branch', argument, got, expected });
    const kinds = ['randomMask', 'reinit', 'oneShot'];
    if (!kinds.includes(kind)) throw fault('kind', kind, kinds.map((name) => `'${name}'`).join(', '));
    const state = await this.reach('branch', level);
    if (level === 0) throw fault('level', level, 'at least 1: the dense network has no mask');
    const name = `${kind}@${level}`;
    const known = state.branches[name];
    if (known) return known;
    const other = new Random(this.seed).fork(level).uint32();
    return this.withModel(kind === 'reinit' ? other : this.seed, async (model) => {
      const weights = ticketWeights(model, prune);
      let masks: MaskSet | null = null;
      if (kind === 'oneShot') {
        restoreSnapshot(model, state.snapshots.dense);
        // Level by level, so that each tensor is pruned by the same counts as in the ticket's history.
        for (let i = 0; i < level; i++) masks = await pruneTicket(weights, masks, prune);
      } else {
        masks = renamed(state.levels[level - 1]!.next, weights);
        if (kind === 'randomMask') masks = randomMasks(masks, other);
      }
      const { initial, rewound, dense } = state.snapshots;
      const keepsTrained = rewind === 'learningRate' || rewind === 'none';
      const start =
        kind === 'oneShot' && keepsTrained ? dense : typeof rewind === 'object' ? rewound : initial;
      if (kind !== 'reinit') restoreSnapshot(model, start);
      const { metrics } = await this.train(model, kind, level, masks, null);
      await this.keep({ ...state, branches: { ...this.state!.branches, [name]: metrics } });
      return metrics;
    });
  }

  /**
   * The network of a level as it is before its training: rewound, and pruned.
   *
   * @returns A model that is the caller's, and its masks; `null` for the dense one.
   * @throws ArgumentError if the level before is not done, or, for `'learningRate'` and `'none'`, is not the last one done.
   */
  async ticket(level: number): Promise<{ model: LayersModel; masks: MaskSet | null }> {
    const state = await this.reach('ticket', level);
    const { rewind = 'init' } = this.options;
    if ((rewind === 'learningRate' || rewind === 'none') && level > 0 && level !== state.levels.length) {
      const expected = `${state.levels.length}: of trained weights only the last are kept`;
      throw new ArgumentError({ where: 'LotteryTicket.ticket', argument: 'level', got: level, expected });
    }
    const model = this.options.buildModel(this.seed);
    const masks = this.prepare(model, level);
    if (masks) applyMasks(model, masks);
    return { model, masks };
  }

  /** Sets a new model to where the level starts, and gives its masks. */
  private prepare(model: LayersModel, level: number): MaskSet | null {
    const { prune = {}, rewind = 'init' } = this.options;
    if (!this.state) return null;
    const { initial, rewound, last } = this.state.snapshots;
    if (level === 0) {
      restoreSnapshot(model, initial);
      return null;
    }
    restoreSnapshot(model, rewind === 'init' ? initial : typeof rewind === 'object' ? rewound : last);
    return renamed(this.state.levels[level - 1]!.next, ticketWeights(model, prune));
  }

  private train(
    model: LayersModel,
    kind: 'ticket' | BranchKind,
    level: number,
    masks: MaskSet | null,
    captureAt: number | null,
  ): Promise<TrainedTicket> {
    const { rewind = 'init', train } = this.options;
    let startStep = 0;
    if (level > 0 && kind !== 'reinit') {
      if (typeof rewind === 'object') startStep = rewind.step;
      if (rewind === 'none') startStep = this.state!.steps;
    }
    return trainTicket(model, train, { kind, level, masks, startStep }, captureAt);
  }

  /** The state, if the masks of a level are known. */
  private async reach(method: string, level: number): Promise<TicketState> {
    const { storage } = this.options;
    if (storage) this.state ??= await loadState(storage, this.settings);
    const most = this.state?.levels.length ?? -1;
    if (Number.isInteger(level) && level >= 0 && level <= most) return this.state!;
    const expected = most < 0 ? 'a level that is done: run() first' : `an integer in [0, ${most}]`;
    throw new ArgumentError({ where: `LotteryTicket.${method}`, argument: 'level', got: level, expected });
  }

  private async keep(state: TicketState): Promise<void> {
    const { storage } = this.options;
    if (storage) await saveState(storage, this.settings, state);
    this.state = state;
  }

  private async withModel<T>(seed: number, work: (model: LayersModel) => Promise<T>): Promise<T> {
    const model = this.options.buildModel(seed);
    try {
      return await work(model);
    } finally {
      model.dispose();
    }
  }
}
