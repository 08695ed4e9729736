import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { dendriticLayers } from '../active/held-layer.ts';
import type { ContextSource } from './context-source.ts';
import type { LabelledTensors } from './continual-task.ts';

const BATCH = 500;

/**
 * The fraction of samples whose largest output is that of their target, with contexts inferred by the source.
 *
 * Samples of one context go together, so that each context's gates are computed once.
 */
export async function accuracyOf(
  model: LayersModel,
  { xs, ys }: LabelledTensors,
  contexts: ContextSource | undefined,
  task: number,
): Promise<number> {
  const labels = await read(tf.argMax(ys, -1));
  if (!contexts) return share(await predictedLabels(model, xs), labels);
  const chosen = await contexts.infer(xs, task);
  let right = 0;
  for (const context of new Set(chosen)) {
    const rows = Int32Array.from(chosen.keys()).filter((row) => chosen[row] === context);
    const group = tf.tidy(() => tf.gather(xs, tf.tensor1d(rows, 'int32')));
    const predicted = await withContext(model, contexts.context(context), (rest) =>
      predictedLabels(model, group, rest),
    );
    right += predicted.filter((label, i) => label === labels[rows[i]!]).length;
    group.dispose();
  }
  return right / labels.length;
}

async function withContext<T>(
  model: LayersModel,
  context: Float32Array,
  use: (context: Float32Array) => Promise<T>,
): Promise<T> {
  const layers = dendriticLayers(model);
  for (const layer of layers) layer.holdContext(context, { learn: false });
  try {
    return await use(context);
  } finally {
    for (const layer of layers) layer.releaseContext();
  }
}

async function predictedLabels(model: LayersModel, xs: Tensor, context?: Float32Array): Promise<Int32Array> {
  const samples = xs.shape[0]!;
  const labels = tf.tidy(() => {
    const rows = context && tf.tile(tf.tensor2d(context, [1, context.length]), [samples, 1]);
    const outputs = model.predict(rows ? [xs, rows] : xs, { batchSize: BATCH }) as Tensor;
    return tf.argMax(outputs, -1);
  });
  return read(labels);
}

async function read(labels: Tensor): Promise<Int32Array> {
  const values = (await labels.data()) as Int32Array;
  labels.dispose();
  return values;
}

function share(predicted: Int32Array, labels: Int32Array): number {
  return predicted.filter((label, i) => label === labels[i]).length / labels.length;
}
