import '@tensorflow/tfjs-backend-cpu';
import { seededBatches } from '@arborize/core';
import { memoryStorage } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { MaskSet } from '../pruning/mask-set.ts';
import { prunableWeights } from '../pruning/prunable-weights.ts';
import { LotteryTicket } from './lottery-ticket.ts';
import type { LotteryTicketOptions, Rewind, TicketRun } from './ticket-options.ts';

const xs = tf.randomNormal([40, 8], 0, 1, 'float32', 1);
const ys = tf.tidy(() => tf.oneHot(tf.argMax(tf.slice(xs, [0, 0], [40, 3]), 1), 3));

function buildModel(seed: number): tfl.Sequential {
  const dense = (units: number, n: number, more: object) =>
    tfl.layers.dense({
      units,
      kernelInitializer: tfl.initializers.heNormal({ seed: 10 * seed + n }),
      ...more,
    });
  return tfl.sequential({
    layers: [
      dense(10, 1, { inputShape: [8], activation: 'relu' }),
      tfl.layers.batchNormalization(),
      dense(3, 2, { activation: 'softmax' }),
    ],
  });
}

const runs: TicketRun[] = [];

async function train(model: tfl.LayersModel, run: TicketRun): Promise<{ loss: number }> {
  runs.push(run);
  model.compile({ optimizer: run.masked(tf.train.momentum(0.05, 0.9)), loss: 'categoricalCrossentropy' });
  const { history } = await model.fitDataset(seededBatches(xs, ys, { seed: 1, batchSize: 10 }), {
    epochs: 2,
    verbose: 0,
  });
  return { loss: history.loss!.at(-1) as number };
}

const make = (more: Partial<LotteryTicketOptions> = {}) =>
  new LotteryTicket({ buildModel, train, levels: 3, ...more });

const valuesOf = (model: tfl.LayersModel) => Promise.all(model.weights.map((w) => w.read().data()));

describe('LotteryTicket: closed form', () => {
  it('leaves the exact number at each level, and masks only shrink', async () => {
    const tickets = make();
    const levels = await tickets.run();
    // 110 weights: 22, 18 and 14 go.
    expect(levels.map(({ kept }) => kept)).toEqual([110, 88, 70, 56]);
    expect(levels.map(({ density }) => density)).toBeAllClose([1, 88 / 110, 70 / 110, 56 / 110]);
    const masks = await Promise.all(
      [1, 2, 3].map(async (level) => (await tickets.ticket(level)).masks!.toJSON()),
    );
    const sets = masks.map((json) => MaskSet.fromJSON(json.map((each, i) => ({ ...each, name: `${i}` }))));
    expect(sets[1]!.intersect(sets[0]!).kept).toBe(sets[1]!.kept);
    expect(sets[2]!.intersect(sets[1]!).kept).toBe(sets[2]!.kept);
  });

  it('prunes the last layer more slowly, or not at all', async () => {
    const tickets = make({ prune: { scope: 'layer', outputFactor: 0.5 }, levels: 1 });
    await tickets.run();
    expect((await tickets.ticket(1)).masks!.report().map(({ kept }) => kept)).toEqual([64, 27]);
    const without = make({ prune: { scope: 'layer', outputFactor: 0 }, levels: 1 });
    expect((await without.run())[1]!.kept).toBe(64);
  });
});

describe('LotteryTicket: rewinding', () => {
  it('init gives survivors and all else bit by bit what they were', async () => {
    const tickets = make();
    await tickets.run();
    const { model, masks } = await tickets.ticket(3);
    const [first, now] = [await valuesOf(buildModel(0)), await valuesOf(model)];
    for (const [i, { originalName }] of model.weights.entries()) {
      const mask = masks!.get(originalName) && (await masks!.tensor(originalName).data());
      expect([...now[i]!]).toEqual([...first[i]!].map((value, k) => (mask?.[k] === 0 ? 0 : value)));
    }
  });

  it.each<[Rewind, number]>([
    ['init', 0],
    [{ step: 3 }, 3],
    ['learningRate', 0],
    ['none', 8],
  ])('%o starts the schedule where it should', async (rewind, startStep) => {
    runs.length = 0;
    await make({ rewind, levels: 1 }).run();
    expect(runs.map((run) => run.startStep)).toEqual([0, startStep]);
  });

  it('to a step gives what the network was after it', async () => {
    const tickets = make({ rewind: { step: 4 }, levels: 1 });
    await tickets.run();
    const { model, masks } = await tickets.ticket(1);
    const expected = buildModel(0);
    expected.compile({ optimizer: tf.train.momentum(0.05, 0.9), loss: 'categoricalCrossentropy' });
    await expected.fitDataset(seededBatches(xs, ys, { seed: 1, batchSize: 10 }), { epochs: 1, verbose: 0 });
    const [name, weight] = Object.entries(prunableWeights(model))[0]!;
    const [mask, now] = [await masks!.tensor(name).data(), await weight.data()];
    const then = await expected.weights[0]!.read().data();
    expect([...now]).toEqual([...then].map((value, i) => (mask[i] === 0 ? 0 : value)));
  });

  it('learningRate keeps what was trained', async () => {
    const trained: ArrayLike<number>[][] = [];
    const tickets = make({ rewind: 'learningRate', levels: 1 });
    await tickets.run({ onLevel: async (_, { model }) => trained.push(await valuesOf(model)) });
    await expect(tickets.ticket(1)).rejects.toThrow('LotteryTicket.ticket: level must be 2');
    const { model, masks } = await tickets.ticket(2);
    const mask = await masks!.tensor(masks!.names[0]!).data();
    const now = await model.weights[0]!.read().data();
    expect([...now]).toEqual(Array.from(trained[1]![0]!, (value, i) => (mask[i] === 0 ? 0 : value)));
  });
});

describe('LotteryTicket: branches', () => {
  it('train at the same density, once', async () => {
    runs.length = 0;
    const storage = memoryStorage();
    const tickets = make({ storage });
    await tickets.run();
    const ticket = runs.at(-1)!;
    const results = [];
    for (const kind of ['randomMask', 'reinit', 'oneShot'] as const) {
      results.push(await tickets.branch(kind, 3));
      const run = runs.at(-1)!;
      expect(run.kind).toBe(kind);
      expect(run.masks!.kept).toBe(ticket.masks!.kept);
      if (kind !== 'oneShot') {
        expect(run.masks!.report().map(({ kept }) => kept)).toEqual(
          ticket.masks!.report().map(({ kept }) => kept),
        );
      }
    }
    const count = runs.length;
    expect(await make({ storage }).branch('reinit', 3)).toEqual(results[1]);
    expect(runs.length).toBe(count);
  });
});

describe('LotteryTicket: serialises', () => {
  it.each<Rewind>(['init', { step: 3 }, 'learningRate', 'none'])(
    'goes on after a kill with %o to the same result',
    async (rewind) => {
      const tickets = make({ rewind });
      expect((await tickets.run({ upTo: 1 })).length).toBe(2);
      const whole = await tickets.run();
      const storage = memoryStorage(3);
      await expect(make({ rewind, storage }).run()).rejects.toThrow('killed');
      runs.length = 0;
      expect(await make({ rewind, storage }).run()).toEqual(whole);
      expect(runs.map(({ level }) => level)).toEqual([2, 3]);
    },
  );

  it('errors: refuses what was truncated or damaged, and other settings', async () => {
    const storage = memoryStorage();
    await make({ storage, levels: 1 }).run();
    const bytes = storage.bytes!;
    await expect(make({ storage, seed: 1 }).run()).rejects.toThrow(
      'memory belongs to tickets of other settings',
    );
    runs.length = 0;
    for (const length of [10, 200, bytes.length - 1]) {
      storage.bytes = bytes.slice(0, length);
      await expect(make({ storage }).run()).rejects.toThrow(/is truncated|is not an Arborize checkpoint/);
    }
    storage.bytes = bytes.with(bytes.length - 3, bytes.at(-3)! ^ 1);
    await expect(make({ storage }).ticket(1)).rejects.toThrow('memory is damaged');
    expect(runs.length).toBe(0);
  });
});

describe('LotteryTicket: memory', () => {
  it('leaves nothing behind', async () => {
    const before = tf.memory().numTensors;
    // Not by momentum, of which tfjs-core leaves a scalar behind.
    const byAdam: typeof train = async (model, run) => {
      model.compile({ optimizer: run.masked(tf.train.adam(0.01)), loss: 'categoricalCrossentropy' });
      await model.fit(xs, ys, { epochs: 1, verbose: 0 });
      return { loss: 0 };
    };
    const tickets = make({ rewind: { step: 2 }, levels: 2, train: byAdam });
    await tickets.run();
    await tickets.branch('oneShot', 2);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('LotteryTicket: errors', () => {
  it.each<[Partial<LotteryTicketOptions>, string]>([
    [{ levels: 0 }, 'options.levels must be a positive integer, got 0'],
    [{ train: undefined as never }, 'options.train must be a function'],
    [{ prune: { fraction: 1 } }, 'options.prune.fraction must be in (0, 1), got 1'],
    [{ prune: { outputFactor: 0.5 } }, "options.prune.outputFactor must be 1 unless prune.scope is 'layer'"],
    [{ prune: { exclude: ['nowhere'] } }, 'prunableWeights: options.exclude'],
    [{ prune: { structure: { n: 2, m: 4 } } }, 'options.levels must be 1'],
    [{ rewind: { step: 0 } }, 'options.rewind must be'],
    [{ seed: 0.5 }, 'options.seed'],
  ])('refuses %o', (options, message) => {
    expect(() => make(options)).toThrow(message);
  });

  it('notices a training that forgets the masks, or ends before the step', async () => {
    const forgets = make({
      train: async (model, run) => {
        model.compile({
          optimizer: run.level === 0 ? run.masked(tf.train.sgd(0.1)) : 'sgd',
          loss: 'categoricalCrossentropy',
        });
        await model.fit(xs, ys, { epochs: 1, verbose: 0 });
        return {};
      },
    });
    await expect(forgets.run()).rejects.toThrow('train made no step with run.masked(optimizer)');
    await expect(make({ rewind: { step: 9 } }).run()).rejects.toThrow(
      'rewound to step 9, but training ended after 8',
    );
    await expect(make().run({ upTo: 4 })).rejects.toThrow(
      'LotteryTicket.run: options.upTo must be an integer in [0, 3]',
    );
    await expect(make().ticket(1)).rejects.toThrow('a level that is done: run() first');
    await expect(make().branch('odd' as never, 1)).rejects.toThrow("kind must be 'randomMask'");
  });
});
