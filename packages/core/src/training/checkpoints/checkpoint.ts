import type { Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { Random, type RandomState } from '../../random/random.ts';
import { type Block, CheckpointError, decodeFile, encodeFile } from './checkpoint-file.ts';
import type { CheckpointStorage } from './checkpoint-storage.ts';
import { countingLayers } from './noise-steps.ts';
import { assignAndDispose, type OptimizerHeader, readOptimizer, writeOptimizer } from './optimizer-state.ts';
import { blockOf } from './tensor-blocks.ts';

/** What {@link saveCheckpoint} saves. */
export interface CheckpointContents {
  /** Its weights, and the state of its optimiser if it is compiled. */
  readonly model: LayersModel;
  /** How many epochs are done: the `initialEpoch` to resume with. */
  readonly epoch: number;
  /** Random streams to continue, by name. Default none. */
  readonly random?: Readonly<Record<string, Random>>;
  /** Anything of yours that JSON can hold. Default null. */
  readonly user?: unknown;
  /** Numbers of yours, by name. Default none. */
  readonly arrays?: Readonly<Record<string, Float32Array | Int32Array>>;
}

/** What {@link loadCheckpoint} gives back; weights and optimiser state are in the model by then. */
export interface LoadedCheckpoint {
  /** How many epochs were done: pass it as `initialEpoch` and `startEpoch`. */
  readonly epoch: number;
  /** How many steps the optimiser had made; 0 if the model was not compiled. */
  readonly step: number;
  /** The random streams, each continuing where it was. */
  readonly random: Record<string, Random>;
  /** Your own value. */
  readonly user: unknown;
  /** Your own numbers. */
  readonly arrays: Record<string, Float32Array | Int32Array>;
}

interface Header {
  epoch: number;
  random: Record<string, RandomState>;
  user: unknown;
  /** Of the layers that count their draws, in the order of the model. */
  noiseSteps: number[];
  weightCount: number;
  optimizer: OptimizerHeader | null;
  /** Blocks that are arrays of the user, the last ones; absent where there are none. */
  arrayCount?: number;
}

/**
 * Saves all that training needs to go on after a kill as if nothing had happened: weights, optimiser state with its
 * learning rate, the epoch, random streams, and a value of yours; with a checksum.
 * An optimiser that is not tfjs-core's own is saved by its `getWeights` and restored by its `setWeights`. A layer with a
 * number `noiseStep`, as the layers of Arborize that draw noise have, goes on with its stream of noise.
 *
 * Not saved are the model's architecture and hyperparameters (build and compile the same model, then load), the states
 * of stateful recurrent layers, and the streams behind unseeded noise: tfjs-layers draws GaussianNoise,
 * GaussianDropout, AlphaDropout, recurrent dropout, and Dropout without a seed from `Math.random`, which nothing can
 * rewind. Dropout with a seed resumes exactly, because tfjs-layers restarts its stream at every call; it thus drops
 * the same units in every batch of the same shape.
 *
 * @throws ArgumentError for a weight that is neither float32, int32 nor bool.
 *
 * @example
 * await saveCheckpoint(fileStorage('run.checkpoint'), { model, epoch: 3, user: { note: 'before lunch' } });
 */
export async function saveCheckpoint(
  storage: CheckpointStorage,
  { model, epoch, random = {}, user = null, arrays = {} }: CheckpointContents,
): Promise<void> {
  const weights = await Promise.all(model.weights.map((w) => blockOf(w.originalName, w.read())));
  const optimizer = model.optimizer ? await readOptimizer(model.optimizer) : null;
  const header: Header = {
    epoch,
    random: Object.fromEntries(Object.entries(random).map(([name, stream]) => [name, stream.state()])),
    user,
    noiseSteps: countingLayers(model).map(({ noiseStep }) => noiseStep),
    weightCount: weights.length,
    optimizer: optimizer?.header ?? null,
    arrayCount: Object.keys(arrays).length,
  };
  const own = Object.entries(arrays).map(([name, values]): Block => {
    return {
      name,
      shape: [values.length],
      dtype: values instanceof Float32Array ? 'float32' : 'int32',
      values,
    };
  });
  await storage.write(encodeFile({ header, blocks: [...weights, ...(optimizer?.blocks ?? []), ...own] }));
}

/**
 * Restores what {@link saveCheckpoint} saved into a model of the same architecture; null if nothing has been saved yet.
 *
 * On the cpu backend, training that goes on from here ends with the same bits as training that was never stopped,
 * if batches come from {@link seededBatches}. An uncompiled model takes the weights only.
 *
 * @throws CheckpointError if the data is truncated, damaged, or belongs to another architecture or optimiser; the model
 * is then unchanged.
 *
 * @example
 * const loaded = await loadCheckpoint(fileStorage('run.checkpoint'), model);
 * const epoch = loaded?.epoch ?? 0;
 * const batches = seededBatches(xs, ys, { seed: 1, startEpoch: epoch });
 * await model.fitDataset(batches, { initialEpoch: epoch, epochs: 20 });
 */
export async function loadCheckpoint(
  storage: CheckpointStorage,
  model: LayersModel,
): Promise<LoadedCheckpoint | null> {
  const file = await storage.read();
  if (!file) return null;
  const { header, blocks } = decodeFile<Header>(file, storage.name);
  const weights = blocks.slice(0, header.weightCount);
  const end = blocks.length - (header.arrayCount ?? 0);
  checkShapes(storage.name, weights, model);
  if (model.optimizer) {
    if (!header.optimizer)
      throw new CheckpointError(`${storage.name} was saved before the model was compiled.`);
    const slots = blocks.slice(header.weightCount, end);
    await writeOptimizer(model.optimizer, header.optimizer, slots, storage.name);
  }
  // `assign` and not `setWeights`, which would pass the weights through their constraints once more.
  weights.forEach((block, i) => {
    assignAndDispose(model.weights[i]!.read() as Variable, block);
  });
  for (const [i, layer] of countingLayers(model).entries()) layer.noiseStep = header.noiseSteps[i]!;
  return {
    epoch: header.epoch,
    step: header.optimizer?.iterations ?? 0,
    random: Object.fromEntries(
      Object.entries(header.random).map(([name, state]) => [name, Random.fromState(state)]),
    ),
    user: header.user,
    arrays: Object.fromEntries(
      blocks.slice(end).map(({ name, values }) => [name, values as Float32Array | Int32Array]),
    ),
  };
}

/**
 * The epoch and the value of yours in a checkpoint, without a model; null if nothing has been saved yet. For training
 * whose model has to be prepared according to how far it was.
 *
 * @throws CheckpointError if the data is truncated or damaged.
 *
 * @example
 * const { epoch, user } = (await peekCheckpoint(fileStorage('run.checkpoint'))) ?? { epoch: 0, user: null };
 */
export async function peekCheckpoint(
  storage: CheckpointStorage,
): Promise<Pick<LoadedCheckpoint, 'epoch' | 'user'> | null> {
  const file = await storage.read();
  if (!file) return null;
  const { epoch, user } = decodeFile<Header>(file, storage.name).header;
  return { epoch, user };
}

function checkShapes(name: string, saved: readonly Block[], model: LayersModel): void {
  const show = (weights: readonly Pick<Block, 'shape' | 'dtype'>[]) =>
    weights.map(({ shape, dtype }) => `${dtype}[${shape}]`).join(' ');
  const got = show(saved);
  const expected = show(model.weights.map((w) => w.read() as unknown as Block));
  if (got !== expected) {
    throw new CheckpointError(`${name} holds weights ${got}; the model has ${expected}.`);
  }
}
