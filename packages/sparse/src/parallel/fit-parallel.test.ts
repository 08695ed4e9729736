import '@tensorflow/tfjs-backend-cpu';
import { loadCheckpoint, Random, seededBatches } from '@arborize/core';
import { memoryStorage } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { setEvolution } from '../evolution/set-evolution.ts';
import { SparseDense } from '../layer/sparse-dense.ts';
import { topologyOf } from '../pattern/sparse-pattern.ts';
import { checkTopology } from '../pattern/topology.ts';
import { fitParallel, ParallelTrainingError } from './fit-parallel.ts';
import type { FitParallelOptions, ParallelProgress } from './fit-parallel-options.ts';
import { sparseLayers } from './sparse-layers.ts';
import { buildWorker, nodeWorkers } from './testing/node-workers.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
  await buildWorker();
});

/** Points, and which of their first three coordinates is the largest. */
function points(count: number): [xs: tf.Tensor2D, ys: tf.Tensor] {
  const random = new Random(1);
  const xs = tf.tensor2d(
    Float32Array.from({ length: count * 6 }, () => random.normal()),
    [count, 6],
  );
  const largest = tf.argMax(tf.slice(xs, [0, 0], [count, 3]), 1);
  return [xs, tf.cast(tf.oneHot(largest, 3), 'float32')];
}

const [xs, ys] = points(64);

function network(optimizer: tf.Optimizer = tf.train.momentum(0.05, 0.9)): tfl.Sequential {
  const model = tfl.sequential({
    layers: [
      new SparseDense({
        units: 12,
        connections: 30,
        seed: 1,
        activation: 'relu',
        inputShape: [6],
        name: 'a',
      }),
      new SparseDense({ units: 10, connections: 40, seed: 2, activation: 'tanh', name: 'b' }),
      tfl.layers.dense({
        units: 3,
        activation: 'softmax',
        name: 'c',
        kernelInitializer: tfl.initializers.glorotUniform({ seed: 3 }),
      }),
    ],
  });
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

function dropping(optimizer: tf.Optimizer): tfl.Sequential {
  const falling = { activation: 'leakyRelu', negativeSlope: -0.6, dropout: 0.3 } as const;
  const model = tfl.sequential({
    layers: [
      new SparseDense({ ...falling, units: 12, connections: 30, seed: 1, inputShape: [6], name: 'a' }),
      new SparseDense({ units: 3, density: 1, seed: 2, activation: 'softmax', name: 'b' }),
    ],
  });
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

const bitsOf = (model: tfl.LayersModel) =>
  Promise.all(model.weights.map(async (w) => [...(await w.read().data())]));

/** Trains, and checks that no worker is left. */
async function train(
  model: tfl.LayersModel,
  { wishes, ...options }: Partial<FitParallelOptions> & { wishes?: Parameters<typeof nodeWorkers>[0] },
) {
  const { make, made } = nodeWorkers(wishes);
  try {
    return await fitParallel(model, xs, ys, { worker: make, epochs: 4, batchSize: 8, ...options });
  } finally {
    // Node's number of a thread that has ended.
    expect(made.map(({ threadId }) => threadId)).toEqual(made.map(() => -1));
  }
}

describe('fitParallel: against reference', () => {
  it.each(['wassp', 'wasap'] as const)(
    '%s by one worker is what fitDataset does, bit for bit',
    async (mode) => {
      const alone = network();
      const batches = seededBatches(xs, ys, { seed: 5, batchSize: 8 });
      const callbacks = [setEvolution({ zeta: 0.4, seed: 9 })];
      const expected = await alone.fitDataset(batches, { epochs: 4, verbose: 0, callbacks });
      const model = network();
      const evolution = { zeta: 0.4, seed: 9 };
      const { history } = await train(model, { workers: 1, mode, seed: 5, evolution, phase1: 0.5 });
      expect(await bitsOf(model)).toEqual(await bitsOf(alone));
      expect(history.acc!.length).toBe(4);
      expect(history.loss).toBeAllClose(expected.history.loss as number[], {
        absolute: 1e-6,
        relative: 1e-6,
      });
    },
  );

  it.each([
    ['Nesterov', () => tf.train.momentum(0.05, 0.9, true)],
    ['SGD', () => tf.train.sgd(0.1)],
  ])('%s too', async (_, make) => {
    const alone = network(make());
    await alone.fitDataset(seededBatches(xs, ys, { seed: 0, batchSize: 8 }), { epochs: 2, verbose: 0 });
    const model = network(make());
    await train(model, { workers: 1, epochs: 2, phase1: 0.5, evolution: null });
    expect(await bitsOf(model)).toEqual(await bitsOf(alone));
  });

  it.each(['wassp', 'wasap'] as const)('%s with dropout too', async (mode) => {
    const make = () => dropping(tf.train.momentum(0.05, 0.9));
    const alone = make();
    await alone.fitDataset(seededBatches(xs, ys, { seed: 0, batchSize: 8 }), { epochs: 2, verbose: 0 });
    const model = make();
    await train(model, { workers: 1, mode, epochs: 2, phase1: 0.5, evolution: null });
    expect(await bitsOf(model)).toEqual(await bitsOf(alone));
  });

  it('wassp of two workers drops other outputs in each', async () => {
    const [model, expected] = [0, 1].map(() => dropping(tf.train.sgd(0.05))) as [
      tfl.Sequential,
      tfl.Sequential,
    ];
    // Worker w of two takes mask w in its first step.
    const gradients = [0, 1].map((worker) => {
      for (const layer of sparseLayers(expected)) layer.noiseStep = worker;
      const batch = (all: tf.Tensor) => tf.slice(all, 32 * worker, 32);
      return tf.variableGrads(() => {
        const predicted = expected.apply(batch(xs), { training: true }) as tf.Tensor;
        return tf.mean(tf.neg(tf.sum(tf.mul(batch(ys), tf.log(predicted)), 1))) as tf.Scalar;
      }).grads;
    });
    for (const each of gradients) (expected.optimizer as tf.Optimizer).applyGradients(each);
    const options = { epochs: 1, phase1: 1, warmUpEpochs: 0, shuffle: false, evolution: null };
    await train(model, { mode: 'wassp', batchSize: 32, ...options });
    const [actual, wanted] = await Promise.all([model, expected].map(bitsOf));
    for (const [i, values] of actual!.entries()) {
      expect(values).toBeAllClose(wanted![i]!, { absolute: 1e-5, relative: 1e-5 });
    }
  });

  it('wassp of two workers takes the step of both batches at the sum of their rates', async () => {
    const large = network(tf.train.momentum(0.1, 0.9));
    for (let begin = 0; begin < 32; begin += 8) {
      const both = (all: tf.Tensor) => tf.concat([0, 32].map((block) => tf.slice(all, begin + block, 8)));
      await large.trainOnBatch(both(xs), both(ys));
    }
    const model = network();
    const options = { epochs: 1, phase1: 1, warmUpEpochs: 0, shuffle: false, evolution: null };
    await train(model, { mode: 'wassp', ...options });
    const expected = await bitsOf(large);
    for (const [i, bits] of (await bitsOf(model)).entries()) {
      expect(bits).toBeAllClose(expected[i]!, { absolute: 1e-6, relative: 1e-5 });
    }
  });
});

describe('fitParallel: two workers', () => {
  it('wassp gives the same bits again, and after a checkpoint', async () => {
    const options = { mode: 'wassp', seed: 3, evolution: { seed: 2 }, phase1: 0.75 } as const;
    const [first, again, resumed] = [network(), network(), network()];
    await train(first, options);
    const storage = memoryStorage();
    const stop = new AbortController();
    const onEpoch = ({ epoch }: ParallelProgress) => {
      if (epoch === 2) stop.abort(new Error('lunch'));
    };
    const { signal } = stop;
    await expect(train(again, { ...options, checkpoint: storage, onEpoch, signal })).rejects.toThrow('lunch');
    const seen: ParallelProgress[] = [];
    await train(resumed, {
      ...options,
      checkpoint: storage,
      onEpoch: (progress) => void seen.push(progress),
    });
    expect(seen.map(({ phase, epoch }) => [phase, epoch])).toEqual([
      [1, 3],
      [2, 4],
      [2, 4],
    ]);
    expect(await bitsOf(resumed)).toEqual(await bitsOf(first));
    // A finished training has nothing left to do.
    const { make, made } = nodeWorkers();
    const loaded = network();
    await fitParallel(loaded, xs, ys, { worker: make, epochs: 4, ...options, checkpoint: storage });
    expect(made).toEqual([]);
    expect(await bitsOf(loaded)).toEqual(await bitsOf(first));
  });

  it.each([1, 3, 4])(
    'goes on in phase 2 after report %i, as if it had not been interrupted',
    async (reports) => {
      const options = { mode: 'wassp', seed: 3, epochs: 6, evolution: { seed: 2 }, phase1: 0.5 } as const;
      const whole = network();
      const { history } = await train(whole, options);
      const storage = memoryStorage();
      const stop = new AbortController();
      let seen = 0;
      const onEpoch = ({ phase }: ParallelProgress) => {
        if (phase === 2 && ++seen === reports) stop.abort(new Error('lunch'));
      };
      const interrupted = network();
      const call = train(interrupted, { ...options, checkpoint: storage, onEpoch, signal: stop.signal });
      await expect(call).rejects.toThrow('lunch');
      const resumed = network();
      const later: ParallelProgress[] = [];
      const rest = await train(resumed, {
        ...options,
        checkpoint: storage,
        onEpoch: (progress) => void later.push(progress),
      });
      expect(await bitsOf(resumed)).toEqual(await bitsOf(whole));
      expect(later.map(({ phase }) => phase)).toEqual(Array.from({ length: 6 - reports }, () => 2));
      expect(rest.history.loss).toEqual(history.loss!.slice(-rest.history.loss!.length));
      expect((await loadCheckpoint(storage, network()))!.epoch).toBe(6);
    },
  );

  it('begins phase 2 anew where the workers are others', async () => {
    const storage = memoryStorage();
    const stop = new AbortController();
    const onEpoch = ({ phase }: ParallelProgress) => void (phase === 2 && stop.abort());
    const options = { mode: 'wassp', checkpoint: storage, phase1: 0.5 } as const;
    await expect(train(network(), { ...options, onEpoch, signal: stop.signal })).rejects.toThrow('abort');
    const { history } = await train(network(), { ...options, workers: 1 });
    expect(history.loss!.length).toBe(2);
  });

  it('wasap learns, evolves, and keeps the number of connections', async () => {
    const model = network();
    const before = await bitsOf(model);
    const { history, validation } = await train(model, {
      epochs: 20,
      evolution: { zeta: 0.1 },
      validationData: [xs, ys],
      weightDecay: 0.001,
    });
    expect(validation!.loss).toBeLessThan(0.5 * history.loss![0]!);
    expect(history.loss!.length).toBe(20);
    expect(history.val_loss!.length).toBe(14);
    for (const [i, layer] of sparseLayers(model).entries()) {
      const topology = await topologyOf(layer.matrix.pattern);
      expect(() => checkTopology('test', topology)).not.toThrow();
      expect(layer.connections).toBe([30, 40][i]);
    }
    expect((await bitsOf(model)).map(({ length }) => length)).toEqual(before.map(({ length }) => length));
    await model.trainOnBatch(xs, ys);
  });

  it('wasap learns as much as one process does', async () => {
    const [xs, ys] = points(512);
    const evolution = { zeta: 0.1 };
    const options = { epochs: 5, batchSize: 8 };
    const alone = network();
    const callbacks = [setEvolution(evolution)];
    const batches = seededBatches(xs, ys, { seed: 0, batchSize: options.batchSize });
    await alone.fitDataset(batches, { epochs: options.epochs, verbose: 0, callbacks });
    const accuracyOf = async (model: tfl.LayersModel) =>
      (await (model.evaluate(xs, ys) as tf.Scalar[])[1]!.data())[0]!;
    const model = network();
    await fitParallel(model, xs, ys, { worker: nodeWorkers().make, ...options, evolution, phase1: 0.6 });
    // The threads decide who steps when: twelve runs came to between 2.9 and 6.1 points more than the one process.
    expect(await accuracyOf(model)).toBeGreaterThan((await accuracyOf(alone)) - 0.02);
  });

  it('prunes units, and goes on from a checkpoint with fewer connections', async () => {
    const options = {
      mode: 'wassp',
      epochs: 5,
      phase1: 1,
      importancePruning: { startEpoch: 1, everyEpochs: 1, percentile: 30 },
    } as const;
    const storage = memoryStorage();
    const model = network();
    await train(model, options);
    const stop = new AbortController();
    const onEpoch = ({ epoch }: ParallelProgress) => void (epoch === 3 && stop.abort());
    const { signal } = stop;
    await expect(train(network(), { ...options, checkpoint: storage, onEpoch, signal })).rejects.toThrow(
      'abort',
    );
    const resumed = network();
    await train(resumed, { ...options, checkpoint: storage });
    expect(sparseLayers(model)[0]!.connections).toBeLessThan(30);
    expect(await bitsOf(resumed)).toEqual(await bitsOf(model));
  });

  it('memory: leaves no tensor behind but moments', async () => {
    const model = network();
    const before = tf.memory().numTensors;
    await train(model, {});
    expect(tf.memory().numTensors - before).toBe(model.trainableWeights.length);
  });
});

describe('fitParallel: a worker that dies', () => {
  it.each([
    ['exit', 'worker 1 of 2 ended with exit code 7, after 1 of 4 epochs'],
    ['throw', 'worker 1 of 2 failed: out of luck, after 1 of 4 epochs'],
  ] as const)('by %s fails the training, and the checkpoint is whole', async (how, message) => {
    const storage = memoryStorage();
    const model = network();
    // The sixth of four batches in an epoch.
    const wishes = (worker: number) => (worker === 1 ? { diesIn: 6, how } : {});
    const failed = train(model, { mode: 'wassp', checkpoint: storage, wishes });
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toThrow('and so is memory');
    const error = (await failed.catch((each) => each)) as ParallelTrainingError;
    expect(error).toBeInstanceOf(ParallelTrainingError);
    expect([error.worker, error.epoch]).toEqual([1, 1]);
    const loaded = network();
    expect((await loadCheckpoint(storage, loaded))!.epoch).toBe(1);
    expect(await bitsOf(loaded)).toEqual(await bitsOf(model));
    const whole = network();
    await train(whole, { mode: 'wassp' });
    await train(model, { mode: 'wassp', checkpoint: storage });
    expect(await bitsOf(model)).toEqual(await bitsOf(whole));
  });

  it('in phase 2 leaves the model as it was after phase 1', async () => {
    const wishes = (worker: number) => (worker === 0 ? { diesIn: 10 } : {});
    const failed = train(network(), { phase1: 0.5, mode: 'wassp', wishes });
    await expect(failed).rejects.toThrow('after 2 of 4 epochs. The model is as it was then; another call');
  });

  it('when it is killed from outside', async () => {
    const { make, made } = nodeWorkers();
    const onEpoch = () => void made[0]!.terminate();
    const options = { worker: make, epochs: 1000, batchSize: 8, onEpoch };
    await expect(fitParallel(network(), xs, ys, options)).rejects.toThrow(
      'worker 0 of 2 ended with exit code 1',
    );
  });

  it('or does not know a layer', async () => {
    class Unknown extends SparseDense {
      static override className = 'Unknown';
    }
    const model = tfl.sequential({ layers: [new Unknown({ units: 2, density: 0.5, inputShape: [6] })] });
    model.add(tfl.layers.dense({ units: 3 }));
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    await expect(train(model, {})).rejects.toThrow('Unknown layer: Unknown');
  });
});

describe('fitParallel: errors before any worker is made', () => {
  const dense = (compile: Partial<tfl.ModelCompileArgs> = {}, extra: tfl.layers.Layer[] = []) => {
    const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 3, inputShape: [6] }), ...extra] });
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError', ...compile });
    return model;
  };
  const refused = async (model: tfl.LayersModel, options: Partial<FitParallelOptions>, targets = ys) => {
    const { make, made } = nodeWorkers();
    const call = fitParallel(model, xs, targets, { worker: make, epochs: 1, batchSize: 8, ...options });
    const error = await call.then(
      () => null,
      (each: Error) => each,
    );
    expect(made).toEqual([]);
    return error?.message ?? null;
  };

  it.each([
    [
      { worker: 'worker.js' as never },
      "options.worker must be a function that makes a worker, got 'worker.js'",
    ],
    [{ workers: 0 }, 'options.workers must be a positive integer, got 0'],
    [{ epochs: 1.5 }, 'options.epochs'],
    [{ batchSize: -1 }, 'options.batchSize'],
    [{ mode: 'hogwild' as never }, "options.mode must be 'wasap', 'wassp', got 'hogwild'"],
    [{ phase1: 0 }, 'options.phase1 must be in (0, 1], got 0'],
    [{ seed: 0.5 }, 'options.seed'],
    [{ warmUpEpochs: -1 }, 'options.warmUpEpochs'],
    [{ weightDecay: -1 }, 'options.weightDecay'],
    [{ evolution: { zeta: 2 } }, 'evolution: options.zeta must be in (0, 1), got 2'],
    [{ importancePruning: { percentile: 100 } }, 'options.percentile'],
    [{ workers: 9 }, 'xs and ys must be at least 72 examples, a batch of 8 for each worker, got'],
  ])('%o', async (options, message) => {
    expect(await refused(network(), options)).toContain(message);
  });

  it('models that cannot be trained so', async () => {
    const uncompiled = tfl.sequential({ layers: [tfl.layers.dense({ units: 3, inputShape: [6] })] });
    expect(await refused(uncompiled, {})).toContain('model must be compiled');
    expect(await refused(network(tf.train.adam()), {})).toContain('tf.train.sgd or tf.train.momentum');
    expect(await refused(dense({ loss: () => tf.scalar(0) }), {})).toContain('loss given by name');
    expect(await refused(dense({}, [tfl.layers.batchNormalization()]), {})).toContain(
      'without weights that are',
    );
    expect(await refused(dense(), { evolution: {} })).toContain('null for a model without SparseDense');
    expect(await refused(dense(), {}, tf.slice(ys, 0, 8))).toContain('the same number of examples');
  });

  it('checkpoints that are cut off', async () => {
    const storage = memoryStorage();
    await train(network(), { mode: 'wassp', epochs: 1, phase1: 1, checkpoint: storage });
    const bytes = storage.bytes!;
    for (const length of [10, 300, bytes.length - 1]) {
      storage.bytes = bytes.slice(0, length);
      const message = await refused(network(), { mode: 'wassp', epochs: 2, checkpoint: storage });
      expect(message).toMatch(/is truncated|is not an Arborize checkpoint/);
    }
  });

  it('what has been aborted already', async () => {
    expect(await refused(network(), { signal: AbortSignal.abort(new Error('never mind')) })).toBe(
      'never mind',
    );
  });
});
