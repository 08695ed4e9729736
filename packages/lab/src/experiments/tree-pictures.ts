import * as tf from '@tensorflow/tfjs-core';
import type { HeatMap, Picture } from '../experiment/picture.ts';
import type { Trained } from '../experiment/train-model.ts';

/** Digits whose trees are shown. */
const SHOWN = [0, 1, 3, 8];
const SAMPLES = 500;

/** What some trees respond to: how the soma changes with each pixel, and how much each branch has to say. */
export async function treePictures({ model, task, test }: Trained): Promise<Picture[]> {
  const side = Math.sqrt(test.xs.shape[1]!);
  const fields = await Promise.all(
    SHOWN.map(async (digit): Promise<HeatMap> => {
      const field = tf.tidy(() => receptiveField(model, test, digit));
      const cells = grid(await field.data(), side);
      field.dispose();
      return {
        title: `tree of ${task.data.classNames?.[digit] ?? digit}`,
        caption: 'What a pixel adds to the soma: its gradient, mean over the test images of this class.',
        cells,
        center: 0,
      };
    }),
  );
  return [...fields, await branches(model, side)];
}

/** The mean gradient [pixels] of a tree's soma over images of its class. */
function receptiveField(model: Trained['model'], test: Trained['test'], digit: number): tf.Tensor {
  const count = Math.min(SAMPLES, test.xs.shape[0]!);
  const xs = tf.slice(test.xs, 0, count);
  const own = tf.slice(test.ys, [0, digit], [count, 1]);
  const soma = (x: tf.Tensor) =>
    tf.sum(tf.mul(tf.slice(model.apply(x) as tf.Tensor, [0, digit], [-1, 1]), own));
  return tf.div(tf.sum(tf.grad(soma)(xs), 0), tf.maximum(tf.sum(own), 1));
}

/** The weight of each branch, one row of pixels, at the soma of every tree. */
async function branches(model: Trained['model'], side: number): Promise<HeatMap> {
  const kernel = model.getWeights().find(({ shape }) => shape.length === 3 && shape[1] === 1)!;
  return {
    title: 'weights of the branches at the soma',
    caption: 'One row for each tree, one column for each branch, which is a row of pixels.',
    cells: grid(await kernel.data(), side),
    center: 0,
    x: { title: 'branch' },
    y: { title: 'tree' },
  };
}

/** Four digits are finer than a colour and keep the report small. */
function grid(values: ArrayLike<number>, width: number): number[][] {
  return Array.from({ length: values.length / width }, (_, row) =>
    Array.from({ length: width }, (_, column) => Number(values[row * width + column]!.toPrecision(4))),
  );
}
