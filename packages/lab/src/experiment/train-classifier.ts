import {
  learningRateSchedule,
  piecewiseSchedule,
  Random,
  type Schedule,
  seededBatches,
} from '@arborize/core';
import { type Samples, toTensors } from '@arborize/datasets';
import * as tf from '@tensorflow/tfjs-core';
import { CustomCallback, type LayersModel } from '@tensorflow/tfjs-layers';
import type { CurvePoint, Phase, Scale, Task, Variant } from './experiment.ts';
import { totalEpochs } from './total-epochs.ts';

/** What a model is built from. */
export interface ModelRequest {
  /** Shape of one input; one number if the experiment flattens. */
  readonly inputShape: readonly number[];
  readonly classes: number;
  readonly scale: Scale;
  /** Draw the seed of each initialiser from here, in the order of the layers. */
  readonly random: Random;
}

export interface ClassifierOptions {
  /** Hands each sample over as one row. Default `false`. */
  readonly flatten?: boolean;
  /** Subtracts the mean input of the training set, one number, from all inputs. Default `false`. */
  readonly center?: boolean;
}

/**
 * A variant that builds a softmax classifier, trains it under the protocol with cross-entropy, and measures `accuracy`
 * and `testLoss` on the test set after every epoch.
 *
 * @example
 * const linear = trainClassifier(
 *   ({ inputShape, classes, random }) =>
 *     tf.sequential({
 *       layers: [
 *         tf.layers.dense({
 *           inputShape: [...inputShape],
 *           units: classes,
 *           activation: 'softmax',
 *           kernelInitializer: tf.initializers.glorotUniform({ seed: random.uint32() }),
 *         }),
 *       ],
 *     }),
 *   { flatten: true },
 * );
 */
export function trainClassifier(
  build: (request: ModelRequest) => LayersModel,
  { flatten = false, center = false }: ClassifierOptions = {},
): Variant {
  return async (task) => {
    const { train, test } = task.data;
    const offset = center ? mean(train.xs) : 0;
    const [trainSet, testSet] = [tensors(train, flatten, offset), tensors(test, flatten, offset)];
    const model = build({
      inputShape: trainSet.xs.shape.slice(1),
      classes: train.classes,
      scale: task.scale,
      random: new Random(task.seed),
    });
    try {
      const curve = await fit(model, task, trainSet, testSet);
      const { accuracy, testLoss } = curve.at(-1)!;
      return {
        metrics: { accuracy: accuracy!, testLoss: testLoss! },
        parameters: model.countParams(),
        curve,
      };
    } finally {
      model.dispose();
      model.optimizer?.dispose();
      tf.dispose([trainSet, testSet]);
    }
  };
}

type Tensors = { xs: tf.Tensor; ys: tf.Tensor };

async function fit(model: LayersModel, task: Task, train: Tensors, test: Tensors): Promise<CurvePoint[]> {
  const { protocol, seed, progress } = task;
  const optimizer = tf.train[protocol.optimizer](protocol.phases[0]!.learningRate);
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });

  const epochs = totalEpochs(protocol);
  const batches = Math.ceil(train.xs.shape[0]! / protocol.batchSize);
  const curve: CurvePoint[] = [];
  let started = 0;
  let stopped = 0;
  await model.fitDataset(seededBatches(train.xs, train.ys, { batchSize: protocol.batchSize, seed }), {
    epochs,
    verbose: 0,
    validationData: [test.xs, test.ys],
    validationBatchSize: 1000,
    callbacks: [
      learningRateSchedule(schedule(protocol.phases)),
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
          curve.push({
            epoch: epoch + 1,
            seconds: (stopped - started) / 1000,
            trainLoss: logs!.loss!,
            testLoss: logs!.val_loss!,
            accuracy: logs!.val_acc!,
          });
        },
      }),
    ],
  });
  return curve;
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

function tensors(samples: Samples, flatten: boolean, offset: number): Tensors {
  const { xs, ys } = toTensors(samples, { flatten });
  if (offset === 0) return { xs, ys };
  const centered = tf.sub(xs, offset);
  xs.dispose();
  return { xs: centered, ys };
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
