import { learningRateSchedule, piecewiseSchedule, Random, seededBatches } from '@arborize/core';
import { type Dataset, type Samples, toTensors } from '@arborize/datasets';
import { LotteryTicket, type Rewind, type TicketPruning, type TicketRun } from '@arborize/sparse';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Protocol, Task } from '../experiment/experiment.ts';
import { totalEpochs } from '../experiment/total-epochs.ts';

/** How a network is pruned again and again. */
export interface TicketPlan {
  /** Widths of the hidden layers, ReLU. */
  readonly hidden: readonly number[];
  readonly levels: number;
  readonly prune?: TicketPruning;
  readonly rewind?: Rewind;
  /** How kernels begin. Default `'heNormal'`. */
  readonly kernels?: 'heNormal' | 'glorotNormal';
  /** Standard deviation of the first biases. Default 0. */
  readonly biases?: number;
  /** Mean and deviation that the network takes inputs to have. Default 0 and 1: it sees them as they are. */
  readonly inputs?: { readonly mean: number; readonly deviation: number };
  /** Half of this times the squares of all weights and biases is added to the loss. Default 0. */
  readonly decay?: number;
  /** Metrics of each trained network beside its accuracy. */
  readonly measure?: (trained: {
    model: tfl.LayersModel;
    run: TicketRun;
    test: Tensors;
  }) => Promise<Record<string, number>>;
}

interface Tensors {
  readonly xs: tf.Tensor;
  readonly ys: tf.Tensor;
}

/** Tickets that variants share: what one has trained, the next need not. */
const shared = new WeakMap<Dataset, Map<string, { tickets: LotteryTicket; progress: Task['progress'] }>>();

/**
 * The tickets of the data and the seed of a task, trained under its protocol, each step at the rate of its number.
 *
 * @param plan Equal plans with equal `measure` of one experiment give the same object.
 */
export function ticketsOf(task: Task, plan: TicketPlan): LotteryTicket {
  const known = shared.get(task.data) ?? new Map();
  shared.set(task.data, known);
  const key = JSON.stringify([task.seed, task.protocol, plan]);
  if (!known.has(key)) {
    const entry = { progress: task.progress, tickets: null as unknown as LotteryTicket };
    entry.tickets = makeTickets(task, plan, (fraction, words) => entry.progress(fraction, words));
    known.set(key, entry);
  }
  const entry = known.get(key)!;
  entry.progress = task.progress;
  return entry.tickets;
}

/** The numbers of one input. */
export function inputsOf({ train }: Dataset): number {
  return tf.util.sizeFromShape([...train.shape]);
}

function makeTickets(
  { data, protocol, seed }: Task,
  plan: TicketPlan,
  progress: Task['progress'],
): LotteryTicket {
  const { levels, prune, rewind, measure } = plan;
  const { train, test } = data;
  return new LotteryTicket({
    levels,
    prune,
    rewind,
    seed,
    buildModel: (seed) => network(inputsOf(data), train.classes, plan, seed),
    train: async (model, run) => {
      const [trainSet, testSet] = [tensors(train), tensors(test)];
      const began = performance.now();
      try {
        model.compile({
          optimizer: run.masked(optimizerOf(protocol)),
          loss: 'categoricalCrossentropy',
        });
        const epochs = totalEpochs(protocol);
        const words =
          run.kind === 'ticket' ? `level ${run.level}/${levels}` : `${run.kind} at level ${run.level}`;
        await model.fitDataset(
          seededBatches(trainSet.xs, trainSet.ys, { batchSize: protocol.batchSize, seed }),
          {
            epochs,
            verbose: 0,
            callbacks: [
              learningRateSchedule(schedule(protocol, train.count), { per: 'step' }),
              new tfl.CustomCallback({
                onEpochEnd: async (epoch) =>
                  progress((run.level + (epoch + 1) / epochs) / (levels + 1), words),
              }),
            ],
          },
        );
        const seconds = (performance.now() - began) / 1000;
        return {
          seconds,
          accuracy: await accuracyOf(model, testSet),
          ...(await measure?.({ model, run, test: testSet })),
        };
      } finally {
        tf.dispose([trainSet.xs, trainSet.ys, testSet.xs, testSet.ys]);
      }
    },
  });
}

function network(count: number, classes: number, plan: TicketPlan, seed: number): tfl.Sequential {
  const { hidden, kernels = 'heNormal', biases = 0, inputs, decay = 0 } = plan;
  const random = new Random(seed);
  const model = tfl.sequential({ layers: [tfl.layers.inputLayer({ inputShape: [count] })] });
  if (inputs) {
    const { mean, deviation } = inputs;
    model.add(tfl.layers.rescaling({ scale: 1 / deviation, offset: -mean / deviation }));
  }
  for (const [i, units] of [...hidden, classes].entries()) {
    const kernelInitializer = tfl.initializers[kernels]({ seed: random.uint32() });
    const squares = decay > 0 && tfl.regularizers.l2({ l2: decay / 2 });
    model.add(
      tfl.layers.dense({
        units,
        activation: i === hidden.length ? 'softmax' : 'relu',
        kernelInitializer,
        ...(biases > 0 && {
          biasInitializer: tfl.initializers.randomNormal({ mean: 0, stddev: biases, seed: random.uint32() }),
        }),
        ...(squares && { kernelRegularizer: squares, biasRegularizer: squares }),
      }),
    );
  }
  return model;
}

function optimizerOf({ optimizer, phases }: Protocol): tf.Optimizer {
  const rate = phases[0]!.learningRate;
  return optimizer === 'adam' ? tf.train.adam(rate) : tf.train.momentum(rate, 0.9);
}

/** The phases of a protocol by step. */
function schedule({ phases, batchSize }: Protocol, count: number) {
  const steps = Math.ceil(count / batchSize);
  let epochs = 0;
  const ends = phases.map((phase) => {
    epochs += phase.epochs;
    return epochs * steps;
  });
  return piecewiseSchedule({
    boundaries: ends.slice(0, -1),
    rates: phases.map(({ learningRate }) => learningRate),
  });
}

function tensors(samples: Samples): Tensors {
  return toTensors(samples, { flatten: true });
}

async function accuracyOf(model: tfl.LayersModel, { xs, ys }: Tensors): Promise<number> {
  const hits = tf.tidy(() => {
    const outputs = model.predict(xs, { batchSize: 1000 }) as tf.Tensor;
    return tf.mean(tf.cast(tf.equal(tf.argMax(outputs, 1), tf.argMax(ys, 1)), 'float32'));
  });
  const [accuracy] = await hits.data();
  hits.dispose();
  return accuracy!;
}
