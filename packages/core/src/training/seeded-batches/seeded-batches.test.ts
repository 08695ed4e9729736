import '@tensorflow/tfjs-backend-cpu';
import { dispose, memory, range, reshape, type Tensor, tensor1d, zeros } from '@tensorflow/tfjs-core';
import { CustomCallback, initializers, input, layers, model, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { type SeededBatchesOptions, seededBatches } from './seeded-batches.ts';

const column = (count: number) => reshape(range(0, count), [count, 1]);

/** The examples of successive epochs, batch by batch. */
async function epochs(count: number, passes: number, options: SeededBatchesOptions): Promise<number[][][]> {
  const batches = seededBatches(column(count), column(count), options);
  const seen: number[][][] = [];
  for (let pass = 0; pass < passes; pass++) {
    const iterator = await batches.iterator();
    const epoch: number[][] = [];
    for (let step = await iterator.next(); !step.done; step = await iterator.next()) {
      const [xs, ys] = [step.value.xs as Tensor, step.value.ys as Tensor];
      expect(await xs.data()).toEqual(await ys.data());
      epoch.push([...(await xs.data())]);
    }
    seen.push(epoch);
  }
  return seen;
}

function regression() {
  const made = sequential({
    layers: [
      layers.dense({
        units: 1,
        inputShape: [1],
        kernelInitializer: initializers.randomNormal({ mean: 0, stddev: 0.1, seed: 1 }),
      }),
    ],
  });
  made.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return made;
}

describe('seededBatches', () => {
  it('closed form: without shuffling, cuts the data in order', async () => {
    expect(await epochs(5, 2, { seed: 1, batchSize: 2, shuffle: false })).toEqual([
      [[0, 1], [2, 3], [4]],
      [[0, 1], [2, 3], [4]],
    ]);
  });

  it('shuffles without loss, differently in each epoch and for each seed', async () => {
    const [first, second] = await epochs(40, 2, { seed: 1, batchSize: 16 });
    expect(first!.map((b) => b.length)).toEqual([16, 16, 8]);
    expect(first!.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect(first).not.toEqual(second);
    expect(first).not.toEqual((await epochs(40, 1, { seed: 2, batchSize: 16 }))[0]);
  });

  it('gives an epoch the same order whether or not the ones before were run', async () => {
    const all = await epochs(40, 3, { seed: 1 });
    expect(await epochs(40, 2, { seed: 1, startEpoch: 1 })).toEqual(all.slice(1));
  });

  it('edges: one example, and a batch larger than the data', async () => {
    expect(await epochs(1, 1, { seed: 1 })).toEqual([[[0]]]);
    expect(seededBatches(column(33), column(33), { seed: 1 }).size).toBe(2);
  });

  it('trains with fitDataset: one pass per epoch, history, and stock callbacks', async () => {
    const sizes: number[] = [];
    const spy = new CustomCallback({ onBatchEnd: (_, logs) => void sizes.push(logs!.size as number) });
    const [xs, ys] = [column(5), column(5)];
    const history = await regression().fitDataset(seededBatches(xs, ys, { seed: 1, batchSize: 2 }), {
      epochs: 2,
      verbose: 0,
      validationData: [xs, ys],
      callbacks: [spy],
    });
    expect(sizes).toEqual([2, 2, 1, 2, 2, 1]);
    expect(history.epoch).toEqual([0, 1]);
    expect(Object.keys(history.history)).toEqual(['val_loss', 'loss']);
  });

  it('makes training reproducible, and resumable by startEpoch', async () => {
    const [xs, ys] = [column(20), column(20)];
    const train = async (parts: [from: number, to: number][]) => {
      const made = regression();
      for (const [initialEpoch, to] of parts) {
        const batches = seededBatches(xs, ys, { seed: 3, batchSize: 4, startEpoch: initialEpoch });
        await made.fitDataset(batches, { initialEpoch, epochs: to, verbose: 0 });
      }
      return Promise.all(made.getWeights().map((w) => w.data()));
    };
    const whole = await train([[0, 4]]);
    expect(await train([[0, 4]])).toEqual(whole);
    expect(
      await train([
        [0, 1],
        [1, 4],
      ]),
    ).toEqual(whole);
  });

  it('takes lists and maps of tensors for models with several inputs and outputs', async () => {
    const a = input({ shape: [1], name: 'a' });
    const b = input({ shape: [2], name: 'b' });
    const joined = layers.concatenate().apply([a, b]) as typeof a;
    const out = layers.dense({ units: 1, name: 'out' }).apply(joined) as typeof a;
    const made = model({ inputs: [a, b], outputs: out });
    made.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const [xa, xb, ys] = [column(6), zeros([6, 2]), column(6)];
    const before = memory().numTensors;
    for (const xs of [[xa, xb], { a: xa, b: xb }]) {
      const { epoch } = await made.fitDataset(seededBatches(xs, ys, { seed: 1, batchSize: 4 }), {
        epochs: 1,
        verbose: 0,
      });
      expect(epoch).toEqual([0]);
    }
    expect(memory().numTensors).toBe(before);
  });

  it('memory: keeps the tensor count constant in fitDataset, with and without shuffling', async () => {
    const made = regression();
    const [xs, ys] = [column(10), column(10)];
    const before = memory().numTensors;
    for (const shuffle of [true, false]) {
      const batches = seededBatches(xs, ys, { seed: 1, batchSize: 4, shuffle });
      await made.fitDataset(batches, { epochs: 5, verbose: 0, validationData: [xs, ys] });
    }
    expect(memory().numTensors).toBe(before);
    dispose([xs, ys]);
  });

  it('errors: on tensors that do not match and on bad options', () => {
    const make = (options: SeededBatchesOptions) => () => seededBatches(column(3), column(3), options);
    expect(() => seededBatches(column(3), column(2), { seed: 1 })).toThrow(
      'seededBatches: xs and ys must be tensors with the same number of examples, at least one, got [3, 2].',
    );
    expect(() => seededBatches(tensor1d([]), tensor1d([]), { seed: 1 })).toThrow('at least one');
    expect(make({ seed: 1, batchSize: 0 })).toThrow('batchSize must be an integer ≥ 1, got 0.');
    expect(make({ seed: 1, startEpoch: -1 })).toThrow('startEpoch must be an integer ≥ 0, got -1.');
    expect(make({ seed: 0.5 })).toThrow('seed must be an integer');
  });
});
