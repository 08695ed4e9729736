import '@tensorflow/tfjs-backend-cpu';
import { Random } from '@arborize/core';
import { memoryStorage } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { dendriticMLP } from '../active/dendritic-mlp.ts';
import { registerDendritic } from '../register-dendritic.ts';
import { ClusterContext } from './cluster-context.ts';
import type { ContextSource } from './context-source.ts';
import type { ContinualTrainerOptions } from './continual-options.ts';
import type { LabelledTensors } from './continual-task.ts';
import { ContinualTrainer } from './continual-trainer.ts';
import { oneHotContext } from './given-context.ts';
import { permutedTasks } from './permuted-tasks.ts';
import { PrototypeContext } from './prototype-context.ts';
import { SynapticIntelligence } from './synaptic-intelligence.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerDendritic();
});

/** Three classes around centres of their own, not around 0. */
function blobs(count: number, seed: number): LabelledTensors {
  const centres = new Random(5);
  const means = Float32Array.from({ length: 3 * 12 }, () => 2 * centres.uniform());
  const random = new Random(seed);
  const labels = Array.from({ length: count }, (_, i) => i % 3);
  const xs = labels.flatMap((label) =>
    Array.from({ length: 12 }, (_, i) => means[label * 12 + i]! + random.normal(0, 0.3)),
  );
  return {
    xs: tf.tensor2d(xs, [count, 12]),
    ys: tf.tensor2d(labels.map((label) => [0, 1, 2].map((each) => Number(each === label)))),
  };
}

const tasks = permutedTasks(blobs(120, 1), blobs(60, 2), { tasks: 3, seed: 1 });

const net = (contextDim = 12, hidden = 40) =>
  dendriticMLP({
    inputDim: 12,
    hidden: [hidden],
    outputs: 3,
    contextDim,
    segments: 3,
    percentOn: 0.25,
    contextScale: contextDim === 12 ? 4 : 1,
    seed: 7,
  });

const trainer = (contexts: ContextSource, options: Partial<ContinualTrainerOptions> = {}) =>
  new ContinualTrainer({
    model: net(contexts.width),
    contexts,
    optimizer: () => tf.train.adam(0.01),
    epochs: 4,
    batchSize: 30,
    seed: 3,
    ...options,
  });

describe('ContinualTrainer', () => {
  it('remembers more of tasks that contradict each other than a plain net can', async () => {
    // The same inputs, but each task calls the classes by other names.
    const renamed = [0, 1, 2].map((by) => {
      const set = (count: number, seed: number) => () =>
        tf.tidy(() => {
          const { xs, ys } = blobs(count, seed);
          return { xs, ys: tf.gather(ys, tf.tensor1d([by, (by + 1) % 3, (by + 2) % 3], 'int32'), 1) };
        });
      return { train: set(120, 1), test: set(60, 2) };
    });
    const dendritic = trainer(oneHotContext(3), { model: net(3, 100), epochs: 10 });
    await dendritic.run(renamed);
    const kernelInitializer = tfl.initializers.heUniform({ seed: 1 });
    const plain = new ContinualTrainer({
      model: tfl.sequential({
        layers: [
          tfl.layers.dense({ units: 100, activation: 'relu', inputShape: [12], kernelInitializer }),
          tfl.layers.dense({ units: 3, activation: 'softmax', kernelInitializer }),
        ],
      }),
      optimizer: () => tf.train.adam(0.01),
      epochs: 10,
      batchSize: 30,
    });
    await plain.run(renamed);
    expect(dendritic.accuracies.map((row) => row.length)).toEqual([1, 2, 3]);
    expect(plain.finalAccuracy).toBeLessThan(0.4);
    expect(dendritic.finalAccuracy).toBeGreaterThan(plain.finalAccuracy + 0.15);
    expect(dendritic.forgetting).toBeLessThan(plain.forgetting);
  });

  it('leaves no tensor behind', async () => {
    const contexts = oneHotContext(3);
    const run = trainer(contexts, { epochs: 1 });
    await run.run(tasks.slice(0, 1));
    const before = tf.memory().numTensors;
    await run.fitTask(tasks[1]!);
    await run.fitTask(tasks[2]!);
    expect(tf.memory().numTensors).toBe(before);
    run.dispose();
  });

  const sources: [string, () => ContextSource, () => Partial<ContinualTrainerOptions>][] = [
    ['prototypes', () => new PrototypeContext({ width: 12 }), () => ({})],
    [
      'clusters and synaptic intelligence',
      () => new ClusterContext({ inputs: 12, width: 8, seed: 1 }),
      () => ({ keepOptimizer: true, synapticIntelligence: new SynapticIntelligence({ c: 1 }) }),
    ],
  ];
  it.each(sources)(
    'goes on after a kill at any time with the same result: %s',
    async (_, source, options) => {
      const whole = trainer(source(), options());
      await whole.run(tasks);
      for (const kill of [5, 9, 17, 26, 45]) {
        const storage = memoryStorage();
        let batches = 0;
        const killed = trainer(source(), {
          ...options(),
          storage,
          onProgress: () => {
            if (++batches === kill) throw new Error('killed');
          },
        });
        await expect(killed.run(tasks)).rejects.toThrow('killed');
        const resumed = trainer(source(), { ...options(), storage });
        await resumed.run(tasks);
        expect(resumed.accuracies).toEqual(whole.accuracies);
        const [expected, actual] = [whole, resumed].map((each) => each.model.getWeights());
        for (const [i, weight] of expected!.entries()) {
          expect(await actual![i]!.data()).toEqual(await weight.data());
        }
      }
    },
  );

  it('counts how far it is', async () => {
    const heard: number[] = [];
    const run = trainer(oneHotContext(3), {
      epochs: 2,
      onProgress: ({ task, epoch, fraction }) => heard.push(task * 2 + epoch + fraction),
    });
    await run.run(tasks.slice(0, 2));
    expect(heard).toEqual(heard.toSorted((a, b) => a - b));
    expect(heard).toHaveLength(16);
    expect(heard.at(-1)).toBe(4);
  });

  it('refuses what cannot work, with the numbers', () => {
    expect(() => trainer(oneHotContext(3), { epochs: 0 })).toThrow(
      'ContinualTrainer: options.epochs must be an integer ≥ 1, got 0.',
    );
    expect(() => trainer(oneHotContext(3), { model: net(4) })).toThrow(
      "ContinualTrainer: options.contexts must be as wide as the model's context input, 4, got 3.",
    );
    const options = { model: net(), optimizer: () => tf.train.sgd(1), epochs: 1 };
    expect(() => new ContinualTrainer(options)).toThrow('a model of one input, x');
  });
});
