import '@tensorflow/tfjs-backend-cpu';
import { MomentumOptimizer, memory, type Optimizer, type Tensor, tensor, train } from '@tensorflow/tfjs-core';
import { type Callback, initializers, type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { Random } from '../../random/random.ts';
import { memoryStorage } from '../../testing/memory-storage.ts';
import { cloneThroughSave } from '../clone-through-save/clone-through-save.ts';
import { constrained } from '../constraints/constrained.ts';
import { learningRateSchedule } from '../schedules/learning-rate-schedule.ts';
import { cosineSchedule } from '../schedules/schedules.ts';
import { seededBatches } from '../seeded-batches/seeded-batches.ts';
import { loadCheckpoint, peekCheckpoint, saveCheckpoint } from './checkpoint.ts';
import { checkpointing } from './checkpointing.ts';

const random = new Random(1);
const normals = (rows: number, columns: number): Tensor =>
  tensor(
    Float32Array.from({ length: rows * columns }, () => random.normal()),
    [rows, columns],
  );
const xs = normals(24, 3);
const ys = normals(24, 2);

/** A fresh process would build this: same architecture, other first weights. */
function build(optimizer: Optimizer, seed: number): LayersModel {
  const kernelInitializer = () => initializers.glorotUniform({ seed });
  const model = sequential({
    layers: [
      layers.dense({
        units: 5,
        inputShape: [3],
        activation: 'tanh',
        kernelInitializer: kernelInitializer(),
        kernelConstraint: 'unitNorm',
      }),
      layers.batchNormalization(),
      layers.dropout({ rate: 0.3, seed: 5 }),
      layers.dense({ units: 2, kernelInitializer: kernelInitializer() }),
    ],
  });
  model.compile({ optimizer: constrained(optimizer, model), loss: 'meanSquaredError' });
  return model;
}

async function run(model: LayersModel, from: number, to: number, ...callbacks: Callback[]) {
  const batches = seededBatches(xs, ys, { seed: 4, batchSize: 7, startEpoch: from });
  const schedule = learningRateSchedule(cosineSchedule({ initialRate: 0.05, length: 30 }), { per: 'step' });
  await model.fitDataset(batches, {
    initialEpoch: from,
    epochs: to,
    verbose: 0,
    callbacks: [schedule, ...callbacks],
  });
}

const bitsOf = (model: LayersModel) =>
  Promise.all(
    model.weights.map(async (w) => [
      ...new Uint8Array((await w.read().data()).slice().buffer as ArrayBuffer),
    ]),
  );

/** An optimiser that is not tfjs-core's own: its state is reachable by `getWeights` and `setWeights` only. */
class OwnMomentum extends MomentumOptimizer {
  static override get className() {
    return 'OwnMomentum';
  }
}

const optimizers: Record<string, () => Optimizer> = {
  sgd: () => train.sgd(0.05),
  momentum: () => train.momentum(0.05, 0.9),
  nesterov: () => train.momentum(0.05, 0.9, true),
  rmsprop: () => train.rmsprop(0.05, 0.9, 0.5),
  'centered rmsprop': () => train.rmsprop(0.05, 0.9, 0.5, 1e-2, true),
  adam: () => train.adam(0.05),
  adamax: () => train.adamax(0.05, 0.9, 0.999, 1e-7, 0.01),
  adagrad: () => train.adagrad(0.05),
  adadelta: () => train.adadelta(0.05),
  'an optimiser of your own': () => new OwnMomentum(0.05, 0.9),
};

describe('checkpoints', () => {
  it.each(Object.keys(optimizers))(
    'closed form: 3 epochs, a kill and 2 more give the bits of 5 epochs with %s',
    async (name) => {
      const uninterrupted = build(optimizers[name]!(), 1);
      await run(uninterrupted, 0, 5);

      const storage = memoryStorage();
      await run(build(optimizers[name]!(), 1), 0, 3, checkpointing({ storage }));
      const resumed = build(optimizers[name]!(), 2);
      const loaded = await loadCheckpoint(storage, resumed);
      expect(loaded).toMatchObject({ epoch: 3, step: 12 });
      await run(resumed, 3, 5);

      expect(await bitsOf(resumed)).toEqual(await bitsOf(uninterrupted));
      expect(await bitsOf(resumed)).not.toEqual(await bitsOf(build(optimizers[name]!(), 1)));
    },
  );

  it('restore every bit of the weights, also those a constraint would move', async () => {
    const [model, other] = [build(train.adam(), 1), build(train.adam(), 2)];
    const storage = memoryStorage();
    await saveCheckpoint(storage, { model, epoch: 0 });
    expect(await bitsOf(other)).not.toEqual(await bitsOf(model));
    await loadCheckpoint(storage, other);
    expect(await bitsOf(other)).toEqual(await bitsOf(model));
  });

  it('continue random streams and hand back value and arrays of the user', async () => {
    const storage = memoryStorage();
    const noise = new Random(3);
    noise.normal();
    const user = { best: 0.97, note: 'Ω' };
    const arrays = { means: Float32Array.of(0.5, 2), counts: Int32Array.of(3) };
    const model = build(train.momentum(1, 0.9), 1);
    await saveCheckpoint(storage, { model, epoch: 7, random: { noise }, user, arrays });
    const loaded = await loadCheckpoint(storage, build(train.momentum(1, 0.9), 1));
    expect(loaded!.arrays).toEqual(arrays);
    expect(loaded).toMatchObject({ epoch: 7, step: 0, user });
    expect(await peekCheckpoint(storage)).toEqual({ epoch: 7, user });
    expect(await peekCheckpoint(memoryStorage())).toBeNull();
    expect(loaded!.random.noise!.normal()).toBe(noise.normal());
  });

  it('continue the noise of layers that count their draws, inner models included', async () => {
    const counting = (noiseStep: number) => {
      const layer = layers.dense({ units: 1, inputShape: [1] });
      const inner = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
      Object.assign(layer, { noiseStep });
      Object.assign(inner.layers[0]!, { noiseStep: 10 * noiseStep });
      return sequential({ layers: [layer, inner] });
    };
    const steps = ({ layers: [layer, inner] }: LayersModel) =>
      [layer, (inner as unknown as LayersModel).layers[0]].map((each) => ({ ...each }) as unknown);
    const storage = memoryStorage();
    await saveCheckpoint(storage, { model: counting(4), epoch: 1 });
    const resumed = counting(0);
    await loadCheckpoint(storage, resumed);
    expect(steps(resumed)).toMatchObject([{ noiseStep: 4 }, { noiseStep: 40 }]);
  });

  it('save after every n-th epoch only', async () => {
    const epochs: number[] = [];
    const storage = memoryStorage();
    const user = () => epochs.length;
    const spied = {
      ...storage,
      write: async (bytes: Uint8Array) => {
        await storage.write(bytes);
        epochs.push((await loadCheckpoint(storage, build(train.sgd(1), 1)))!.epoch);
      },
    };
    await run(build(train.sgd(0.01), 1), 1, 7, checkpointing({ storage: spied, every: 3, user }));
    expect(epochs).toEqual([3, 6]);
    expect((await loadCheckpoint(storage, build(train.sgd(1), 1)))!.user).toBe(1);
  });

  it('edges: null where nothing was saved, and weights alone for a model that is not compiled', async () => {
    const storage = memoryStorage();
    const model = build(train.sgd(1), 1);
    expect(await loadCheckpoint(storage, model)).toBe(null);
    await saveCheckpoint(storage, { model, epoch: 1 });
    const uncompiled = await cloneThroughSave(build(train.sgd(1), 2));
    expect(uncompiled.optimizer).toBe(undefined);
    await loadCheckpoint(storage, uncompiled);
    expect(await bitsOf(uncompiled)).toEqual(await bitsOf(model));
  });

  it('memory: saving and loading keep the tensor count constant', async () => {
    const model = build(train.adam(), 1);
    await run(model, 0, 1);
    const storage = memoryStorage();
    const before = memory().numTensors;
    for (let i = 0; i < 3; i++) {
      await saveCheckpoint(storage, { model, epoch: 1 });
      await loadCheckpoint(storage, model);
    }
    expect(memory().numTensors).toBe(before);
  });

  it('errors: say what is wrong and leave the model as it was', async () => {
    const storage = memoryStorage();
    const model = build(train.adam(), 1);
    await saveCheckpoint(storage, { model, epoch: 1 });
    const bits = await bitsOf(build(train.sgd(1), 2));
    const other = build(train.sgd(1), 2);
    await expect(loadCheckpoint(storage, other)).rejects.toThrow(
      'memory holds the state of Adam; the model has SGD.',
    );
    const small = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
    await expect(loadCheckpoint(storage, small)).rejects.toThrow('the model has float32[1,1] float32[1].');
    storage.bytes = storage.bytes!.slice(0, -1);
    await expect(loadCheckpoint(storage, other)).rejects.toThrow('memory is truncated');
    expect(await bitsOf(other)).toEqual(bits);

    await saveCheckpoint(storage, { model: small, epoch: 0 });
    small.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await expect(loadCheckpoint(storage, small)).rejects.toThrow(
      'memory was saved before the model was compiled.',
    );
    expect(() => checkpointing({ storage, every: 0 })).toThrow(
      'checkpointing: every must be an integer ≥ 1, got 0.',
    );
  });
});
