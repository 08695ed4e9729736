import { unitUse, useOverlap } from '@arborize/dendritic';
import * as tf from '@tensorflow/tfjs-core';
import type { Picture } from '../experiment/picture.ts';
import type { TrainedContinual } from '../experiment/train-continual.ts';

/** What is known of each task after each, which units of the last hidden layer each task uses, and their overlap. */
export async function continualPictures(trained: TrainedContinual): Promise<Picture[]> {
  const { trainer, tasks } = trained;
  const uses: Float32Array[] = [];
  for (const [number, task] of tasks.entries()) uses.push(await useOf(trained, task.test(), number));
  const count = tasks.length;
  const range = [0.5, count + 0.5] as const;
  const order = Array.from(uses[0]!.keys()).sort((a, b) => favourite(uses, a) - favourite(uses, b));
  return [
    {
      title: 'Accuracy on each task (column) after each task (row), in percent',
      cells: trainer.accuracies.map((row) =>
        Array.from({ length: count }, (_, u) => (row[u] === undefined ? 0 : Math.round(100 * row[u]!))),
      ),
      range: [0, 100],
      numbers: count <= 12,
      x: { title: 'tested task', range },
      y: { title: 'trained task' },
    },
    {
      title: 'Which units of the last hidden layer each task uses',
      caption:
        'The share of samples for which a unit is on; units in the order of the task that uses them most.',
      cells: uses.map((use) => order.map((unit) => short(use[unit]!))),
      range: [0, 1],
      x: { title: 'unit' },
      y: { title: 'task' },
    },
    {
      title: 'How far tasks use the same units',
      caption: '1: the same units for the same share of samples; 0: none in common.',
      cells: uses.map((a) => uses.map((b) => short(useOverlap(a, b)))),
      range: [0, 1],
      numbers: count <= 12,
      x: { title: 'task' },
      y: { title: 'task' },
    },
  ];
}

async function useOf(
  { model, contexts }: TrainedContinual,
  test: { xs: tf.Tensor; ys: tf.Tensor },
  number: number,
): Promise<Float32Array> {
  const hidden = model.layers.at(-2)!.name;
  const few = tf.tidy(() => tf.clone(tf.slice(test.xs, 0, Math.min(500, test.xs.shape[0]!))));
  const context = contexts?.context(Math.min(number, contexts.count - 1));
  const use = await unitUse(model, hidden, few, context);
  tf.dispose([few, test.xs, test.ys]);
  return use;
}

/** The task that uses a unit most. */
function favourite(uses: readonly Float32Array[], unit: number): number {
  return uses.reduce((best, use, task) => (use[unit]! > uses[best]![unit]! ? task : best), 0);
}

function short(value: number): number {
  return Number(value.toFixed(3));
}
