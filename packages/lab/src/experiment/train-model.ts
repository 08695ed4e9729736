import {
  learningRateSchedule,
  piecewiseSchedule,
  Random,
  type Schedule,
  seededBatches,
} from '@arborize/core';
import { type Samples, toTensors } from '@arborize/datasets';
import * as tf from '@tensorflow/tfjs-core';
import { type Callback, CustomCallback, type LayersModel } from '@tensorflow/tfjs-layers';
import type { CurvePoint, Outcome, Phase, Protocol, Scale, Task, Variant } from './experiment.ts';
import type { Picture } from './picture.ts';
import { totalEpochs, withEpochs } from './total-epochs.ts';

/** What a model is built from. */
export interface ModelRequest {
  /** Shape of one input; one number if the experiment flattens. */
  readonly inputShape: readonly number[];
  /** Width of the last layer: the number of classes, or 1 for regression. */
  readonly outputs: number;
  readonly scale: Scale;
  /** Draw the seed of each initialiser from here, in the order of the layers. */
  readonly random: Random;
}

/** What may be asked of a model after its training. */
export interface Trained {
  readonly model: LayersModel;
  readonly task: Task;
  /** The test set as the model reads it; its tensors are disposed of afterwards. */
  readonly test: { readonly xs: tf.Tensor; readonly ys: tf.Tensor };
}

export interface TrainModelOptions {
  /** Hands each sample over as one row. Default `false`. */
  readonly flatten?: boolean;
  /** Subtracts the mean input of the training set, one number, from all inputs. Default `false`. */
  readonly center?: boolean;
  /** Says that a classifier ends in logits instead of probabilities. Default `false`. */
  readonly logits?: boolean;
  /** What this variant does otherwise than the experiment's protocol; the run decides how many epochs there are. */
  readonly protocol?: Partial<Protocol>;
  /** Makes an optimiser that the protocol cannot name; it must have a learning rate. */
  readonly optimizer?: (learningRate: number) => tf.Optimizer;
  /** More callbacks of this training, e.g. one that changes a topology after each epoch. */
  readonly callbacks?: (model: LayersModel, task: Task) => readonly (Callback | CustomCallback)[];
  /** Metrics of the trained model beside the usual ones. */
  readonly measure?: (trained: Trained) => Record<string, number> | Promise<Record<string, number>>;
  /** Pictures of the trained model, drawn for seed 0. */
  readonly pictures?: (trained: Trained) => readonly Picture[] | Promise<readonly Picture[]>;
}

/**
 * A variant that builds a model, trains it under the protocol and measures it on the test set after every epoch.
 *
 * Data with classes: cross-entropy, and the metric `accuracy`. Data with targets: the mean squared error, and the metric
 * `rmse`, its root. Both also give `testLoss`.
 *
 * @example
 * const linear = trainModel(
 *   ({ inputShape, outputs, random }) =>
 *     tf.sequential({
 *       layers: [
 *         tf.layers.dense({
 *           inputShape: [...inputShape],
 *           units: outputs,
 *           activation: 'softmax',
 *           kernelInitializer: tf.initializers.glorotUniform({ seed: random.uint32() }),
 *         }),
 *       ],
 *     }),
 *   { flatten: true },
 * );
 */
export function trainModel(
  build: (request: ModelRequest) => LayersModel,
  options: TrainModelOptions = {},
): Variant {
  return async (task) => {
    const { train } = task.data;
    const offset = options.center ? mean(train.xs) : 0;
    const trainSet = tensors(train, options, offset);
    const test = tensors(task.data.test, options, offset);
    const model = build({
      inputShape: trainSet.xs.shape.slice(1),
      outputs: train.classes || 1,
      scale: task.scale,
      random: new Random(task.seed),
    });
    try {
      const curve = await fit(model, task, options, trainSet, test);
      const { epoch, seconds, trainLoss, ...measured } = curve.at(-1)!;
      const trained = { model, task, test };
      return {
        metrics: { ...measured, ...(await options.measure?.(trained)) },
        parameters: trainableParameters(model),
        curve,
        ...(task.seed === 0 && options.pictures && { pictures: await options.pictures(trained) }),
      } as Outcome;
    } finally {
      model.dispose();
      model.optimizer?.dispose();
      tf.dispose([trainSet, test]);
    }
  };
}

type Tensors = { readonly xs: tf.Tensor; readonly ys: tf.Tensor };

async function fit(
  model: LayersModel,
  task: Task,
  options: TrainModelOptions,
  train: Tensors,
  test: Tensors,
): Promise<CurvePoint[]> {
  const { seed, progress } = task;
  const epochs = totalEpochs(task.protocol);
  const { optimizer, batchSize, phases } = withEpochs({ ...task.protocol, ...options.protocol }, epochs);
  const isRegression = task.data.train.classes === 0;
  const rate = phases[0]!.learningRate;
  model.compile({
    optimizer: options.optimizer?.(rate) ?? OPTIMIZERS[optimizer](rate),
    loss: isRegression ? 'meanSquaredError' : options.logits ? logitsLoss : 'categoricalCrossentropy',
    metrics: isRegression ? [] : ['accuracy'],
  });

  const batches = Math.ceil(train.xs.shape[0]! / batchSize);
  const curve: CurvePoint[] = [];
  let started = 0;
  let stopped = 0;
  await model.fitDataset(seededBatches(train.xs, train.ys, { batchSize, seed }), {
    epochs,
    verbose: 0,
    validationData: [test.xs, test.ys],
    validationBatchSize: 1000,
    callbacks: [
      learningRateSchedule(schedule(phases)),
      new CustomCallback({
        onEpochBegin: async () => {
          started = performance.now();
        },
        onBatchEnd: async (batch) => {
          stopped = performance.now();
          const epoch = curve.length;
          progress((epoch + (batch + 1) / batches) / epochs, `epoch ${epoch + 1}/${epochs}`);
        },
        onEpochEnd: async (epoch, logs) => {
          const { loss, val_loss: testLoss, val_acc: accuracy } = logs as Record<string, number>;
          curve.push({
            epoch: epoch + 1,
            seconds: (stopped - started) / 1000,
            trainLoss: loss!,
            testLoss: testLoss!,
            ...(isRegression ? { rmse: Math.sqrt(testLoss!) } : { accuracy: accuracy! }),
          });
        },
      }),
      ...(options.callbacks?.(model, task) ?? []),
    ],
  });
  return curve;
}

const OPTIMIZERS: Record<Protocol['optimizer'], (learningRate: number) => tf.Optimizer> = {
  adam: (learningRate) => tf.train.adam(learningRate),
  sgd: (learningRate) => tf.train.sgd(learningRate),
  momentum: (learningRate) => tf.train.momentum(learningRate, 0.9),
  rmsprop: (learningRate) => tf.train.rmsprop(learningRate),
};

function logitsLoss(labels: tf.Tensor, logits: tf.Tensor): tf.Tensor {
  return tf.losses.softmaxCrossEntropy(labels, logits);
}

function schedule(phases: readonly Phase[]): Schedule {
  let end = 0;
  const ends = phases.map(({ epochs }) => {
    end += epochs;
    return end;
  });
  return piecewiseSchedule({
    boundaries: ends.slice(0, -1),
    rates: phases.map((phase) => phase.learningRate),
  });
}

function tensors(samples: Samples, { flatten }: TrainModelOptions, offset: number): Tensors {
  const { xs, ys } = toTensors(samples, { flatten });
  if (offset === 0) return { xs, ys };
  const centered = tf.sub(xs, offset);
  xs.dispose();
  return { xs: centered, ys };
}

function trainableParameters({ trainableWeights }: LayersModel): number {
  return trainableWeights.reduce((sum, { shape }) => sum + tf.util.sizeFromShape(shape as number[]), 0);
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
