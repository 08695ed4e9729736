import { ArgumentError } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { isOwnBackend } from '../webgpu/own-backend.ts';
import { compileAhead } from './compile-ahead.ts';
import { setAside } from './set-aside.ts';

/** The shape of one batch, the batch axis first. */
export type BatchShape = readonly number[];

export interface WarmUpOptions {
  /** Whether a training step is warmed up, too; the model must be compiled. Default `false`. */
  readonly training?: boolean;
}

/** What of a model of tfjs-layers is reached here. */
interface TrainableModel {
  /** A sequential model trains through another one. */
  readonly model?: TrainableModel;
  makeTrainFunction(): (inputsAndTargets: tf.Tensor[]) => tf.Tensor[];
}

/**
 * Prepares a model for batches of given shapes, so that the first real step is as fast as the later ones.
 *
 * On WebGPU every pipeline is compiled, all at once and without blocking the page; without this each is compiled, one after
 * the other, when it is first needed. On the other backends one step is computed, for the sake of their own compilers. The
 * weights, the state of the optimiser and the number of tensors are afterwards what they were.
 *
 * Await it before anything else is computed. Pipelines depend on the shapes, so name every batch size that will come.
 *
 * @param model Built, and compiled if `training`; without layers that keep state between batches.
 * @param shapes One entry for each batch: its shape, or a list of shapes for a model with several inputs.
 * @throws ArgumentError if the model is not as above, or a shape does not fit its inputs.
 * @example
 * const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [3] })] });
 * model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
 * await warmUp(model, [[32, 3]], { training: true });
 */
export async function warmUp(
  model: LayersModel,
  shapes: readonly (BatchShape | readonly BatchShape[])[],
  { training = false }: WarmUpOptions = {},
): Promise<void> {
  checkModel(model, training);
  const batches = shapes.map((shape) => checkShapes(model, shape));
  const run = () => {
    for (const batch of batches) tf.tidy(() => step(model, batch, training));
  };
  const restore = setAside(model, training);
  try {
    const backend = tf.backend();
    if (isOwnBackend(backend)) await compileAhead(backend, run);
    else run();
  } finally {
    restore();
  }
}

function step(model: LayersModel, shapes: readonly BatchShape[], training: boolean): void {
  const inputs = model.inputs.map(({ dtype }, i) => tf.zeros([...shapes[i]!], dtype));
  const outputs = [model.predict(inputs, { batchSize: inputs[0]!.shape[0] })].flat();
  if (!training) return;
  const trainable = model as unknown as TrainableModel;
  const targets = outputs.map(({ shape }, i) =>
    tf.zeros(isSparse(model, i) ? [...shape.slice(0, -1), 1] : shape),
  );
  (trainable.model ?? trainable).makeTrainFunction()([...inputs, ...targets]);
}

/** Whether targets are classes, not probabilities. */
function isSparse(model: LayersModel, output: number): boolean {
  const { loss, outputNames } = model;
  const one =
    typeof loss === 'object'
      ? (loss as Record<string | number, unknown>)[Array.isArray(loss) ? output : outputNames[output]!]
      : loss;
  return one === 'sparseCategoricalCrossentropy';
}

function checkModel(model: LayersModel, training: boolean): void {
  const fault = (expected: string, remedy: string) =>
    new ArgumentError({ where: 'warmUp', argument: 'model', got: model, expected, remedy });
  if (!model.inputs?.length)
    throw fault('built', "Give its first layer an `inputShape`, or call the model's `build`.");
  if (model.stateful)
    throw fault('without stateful layers', 'Their state between batches cannot be set aside.');
  if (training && !model.optimizer) throw fault('compiled', 'Call `model.compile({ optimizer, loss })`.');
}

function checkShapes(model: LayersModel, given: BatchShape | readonly BatchShape[]): readonly BatchShape[] {
  const shapes = (Array.isArray(given[0]) ? given : [given]) as readonly BatchShape[];
  const fits =
    shapes.length === model.inputs.length &&
    model.inputs.every(({ shape: wanted }, i) => {
      const shape = shapes[i]!;
      return (
        shape.length === wanted.length &&
        shape.every((size, axis) => Number.isInteger(size) && size > 0 && size === (wanted[axis] ?? size))
      );
    });
  if (fits) return shapes;
  throw new ArgumentError({
    where: 'warmUp',
    argument: 'an entry of shapes',
    got: given,
    expected: `a batch of ${model.inputs.map(({ shape }) => `[${shape.map((size) => size ?? 'any').join(', ')}]`).join(' and ')}`,
  });
}
