import { Random } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { backwardTransfer, finalAccuracy, forgetting } from './accuracy-matrix.ts';
import { ClusterContext } from './cluster-context.ts';
import { fDistribution } from './f-distribution.ts';
import { GivenContext, oneHotContext } from './given-context.ts';
import { hotellingTest, momentsOf } from './hotelling.ts';
import { permutedTasks } from './permuted-tasks.ts';
import { PrototypeContext } from './prototype-context.ts';
import { pseudoQuadratic } from './pseudo-quadratic.ts';
import { splitClasses } from './split-classes.ts';
import { SynapticIntelligence } from './synaptic-intelligence.ts';

describe('Hotelling: closed form', () => {
  it('finds the two samples of the worked example to be of one mean', () => {
    const a = momentsOf(Float32Array.of(1, 2, 2, 1, 3, 4, 4, 3, 5, 5), 2);
    const b = momentsOf(Float32Array.of(2, 3, 3, 5, 4, 4, 6, 7), 2);
    const pooled = Array.from(a.scatter, (value, i) => (value + b.scatter[i]!) / 7);
    for (const [i, value] of [2.678571, 2.25, 2.25, 2.678571].entries())
      expect(pooled[i]).toBeCloseTo(value, 6);
    const { tSquared, f, confidence } = hotellingTest(a, b);
    expect(tSquared).toBeCloseTo(4.00161, 5);
    expect(f).toBeCloseTo(1.714976, 5);
    expect(confidence).toBeCloseTo(0.742412, 5);
  });

  it.each([
    [1.5, 3, 10, 0.726223],
    [1.2, 256, 255, 0.927103],
    [1.714976, 2, 6, 0.742412],
    [0, 2, 6, 0],
  ])('P(F ≤ %d) with %d and %d degrees of freedom is %d', (f, numerator, denominator, expected) => {
    expect(fDistribution(f, numerator, denominator)).toBeCloseTo(expected, 6);
  });

  it('drops directions without variance, as a pseudo-inverse does', () => {
    const singular = Float64Array.of(2, 0, 1, 0, 0, 0, 1, 0, 2);
    expect(pseudoQuadratic(singular, Float64Array.of(1, 5, 2))).toBeCloseTo(2, 12);
  });

  it('agrees with the product by a random matrix of full rank', () => {
    const [n, random] = [12, new Random(3)];
    const root = Float64Array.from({ length: n * n }, () => random.normal());
    const x = Float64Array.from({ length: n }, () => random.normal());
    const s = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        for (let k = 0; k < n; k++) s[i * n + j]! += root[i * n + k]! * root[j * n + k]!;
      }
    }
    const v = x.map((_, i) => x.reduce((sum, value, j) => sum + s[i * n + j]! * value, 0));
    const expected = x.reduce((sum, value, i) => sum + value * v[i]!, 0);
    expect(pseudoQuadratic(s, v) / expected).toBeCloseTo(1, 8);
  });
});

describe('PrototypeContext', () => {
  it('has the mean of each task, and the earliest of equally near ones', async () => {
    const contexts = new PrototypeContext({ width: 2 });
    await contexts.beginTask(
      tf.tensor2d([
        [0, 2],
        [2, 4],
      ]),
    );
    await contexts.beginTask(tf.tensor2d([[8, 8]]));
    await contexts.beginTask(tf.tensor2d([[8, 8]]));
    expect([...contexts.context(0)]).toEqual([1, 3]);
    expect([
      ...(await contexts.infer(
        tf.tensor2d([
          [7, 9],
          [0, 0],
        ]),
      )),
    ]).toEqual([1, 0]);
    const copy = new PrototypeContext({ width: 2 });
    copy.restore(JSON.parse(JSON.stringify(contexts.toJSON())));
    expect(copy.context(0)).toEqual(contexts.context(0));
    await expect(contexts.infer(tf.ones([2, 3]))).rejects.toThrow(
      'PrototypeContext: the inputs must be of 2 numbers a sample',
    );
  });
});

describe('ClusterContext', () => {
  const batch = (random: Random, mean: number) =>
    tf.tensor2d(
      Float32Array.from({ length: 30 * 4 }, () => random.normal(mean)),
      [30, 4],
    );

  it('finds the tasks, keeps running means, and goes on from its state', async () => {
    const contexts = new ClusterContext({ inputs: 4, significance: 0.001, maxExemplars: 20, seed: 1 });
    const random = new Random(1);
    for (const mean of [0, 0, 0, 5, 5, 0, 5]) await contexts.observe(batch(random, mean));
    expect(contexts.count).toBe(2);
    const inferred = await contexts.infer(
      tf.tensor2d([
        [5, 4, 6, 5],
        [0, 1, 0, -1],
      ]),
    );
    expect([...inferred]).toEqual([1, 0]);
    expect(Math.abs(contexts.context(1)[2]! - 5)).toBeLessThan(0.5);
    const copy = new ClusterContext({ inputs: 4, significance: 0.001, maxExemplars: 20 });
    copy.restore(JSON.parse(JSON.stringify(contexts.toJSON())));
    const next = batch(random, 5);
    expect(await copy.observe(next)).toEqual(await contexts.observe(next));
    expect(copy.toJSON()).toEqual(contexts.toJSON());
  });

  it('weighs the running mean by samples', async () => {
    const contexts = new ClusterContext({ inputs: 2, significance: 1e-9 });
    await contexts.observe(
      tf.tensor2d([
        [0, 2],
        [2, 1],
        [1, 3],
        [1, 2],
      ]),
    );
    const context = await contexts.observe(
      tf.tensor2d([
        [2, 1],
        [4, 1],
      ]),
    );
    expect(contexts.count).toBe(1);
    expect(context).toBeAllClose([1.666667, 1.666667]);
  });

  it('refuses batches that are too small', async () => {
    const contexts = new ClusterContext({ inputs: 4 });
    await contexts.observe(tf.ones([2, 4]));
    await expect(contexts.observe(tf.ones([2, 4]))).rejects.toThrow(
      'ClusterContext: a batch must be of more than 5 samples together',
    );
    expect(() => new ClusterContext({ inputs: 4, width: 5 })).toThrow(
      'ClusterContext: options.width must be an integer from 1 to 4, got 5.',
    );
    expect(() => new ClusterContext({ inputs: 4, significance: 1 })).toThrow('a probability in (0, 1)');
  });
});

describe('GivenContext', () => {
  it('tells the task', async () => {
    const contexts = oneHotContext(3);
    await contexts.beginTask(tf.zeros([1]), 1);
    expect([...(await contexts.observe())]).toEqual([0, 1, 0]);
    expect([...(await contexts.infer(tf.zeros([2, 1]), 2))]).toEqual([2, 2]);
    await expect(contexts.beginTask(tf.zeros([1]), 3)).rejects.toThrow('one of the 3 tasks');
    expect(() => new GivenContext([[1], [1, 2]])).toThrow('GivenContext: contexts must be rows of one width');
  });
});

describe('accuracy matrix: closed form', () => {
  const matrix = [[0.9], [0.7, 0.8], [0.75, 0.6, 0.95]];

  it('has the mean of its last row, what was lost, and what later tasks did', () => {
    expect(finalAccuracy(matrix)).toBeCloseTo(0.766667, 6);
    expect(forgetting(matrix)).toBeCloseTo((0.15 + 0.2) / 2, 12);
    expect(backwardTransfer(matrix)).toBeCloseTo((-0.15 - 0.2) / 2, 12);
    expect([forgetting([[1]]), backwardTransfer([]), finalAccuracy([])]).toEqual([0, 0, Number.NaN]);
  });
});

describe('SynapticIntelligence: closed form', () => {
  /** An optimiser that moves its variable by what it is told. */
  class Steps extends tf.SGDOptimizer {
    moves: number[][] = [];

    override applyGradients(gradients: { name: string; tensor: tf.Tensor }[]): void {
      const variable = tf.engine().registeredVariables[gradients[0]!.name]!;
      tf.tidy(() => variable.assign(tf.add(variable, tf.tensor1d(this.moves.shift()!))));
    }
  }

  it('has the importances and the penalty of the worked example', async () => {
    const theta = tf.variable(tf.tensor1d([0, 1]), true, 'theta');
    const steps = new Steps(1);
    steps.moves = [
      [-0.05, 0.1],
      [-0.02, -0.04],
      [0.01, -0.03],
    ];
    const protection = new SynapticIntelligence({ c: 0.1, damping: 0.1 });
    const optimizer = protection.wrap(steps);
    for (const gradient of [
      [0.5, -1],
      [0.2, 0.4],
      [-0.1, 0.3],
    ]) {
      optimizer.applyGradients([{ name: 'theta', tensor: tf.tensor1d(gradient) }]);
    }
    protection.endTask();
    const near = { absolute: 2e-6, relative: 1e-5 };
    expect(await protection.importances.theta!.data()).toBeAllClose([0.289575, 1.23885], near);

    theta.assign(tf.tensor1d([0.3, 0.7]));
    expect((await protection.penalty().data())[0]).toBeCloseTo(0.017244, 6);
    let seen: tf.Tensor | undefined;
    steps.moves = [[0, 0]];
    const spied = protection.wrap(
      Object.assign(new Steps(1), {
        applyGradients: (gradients: { tensor: tf.Tensor }[]) => {
          seen = tf.keep(tf.clone(gradients[0]!.tensor));
        },
      }) as unknown as Steps,
    );
    spied.applyGradients([{ name: 'theta', tensor: tf.tensor1d([0, 0]) }]);
    expect(await seen!.data()).toBeAllClose([0.020849, -0.081764], near);

    const copy = new SynapticIntelligence({ c: 0.1 });
    copy.restore(JSON.parse(JSON.stringify(await protection.state())));
    copy.wrap(spied).applyGradients([{ name: 'theta', tensor: tf.tensor1d([0, 0]) }]);
    expect(await copy.importances.theta!.data()).toEqual(await protection.importances.theta!.data());
    protection.dispose();
    copy.dispose();
    theta.dispose();
  });

  it('leaves segments alone and frees what it holds', () => {
    const before = tf.memory().numTensors;
    const segments = tf.tidy(() => tf.variable(tf.tensor1d([1]), true, 'layer/segments'));
    const kernel = tf.tidy(() => tf.variable(tf.tensor1d([1]), true, 'layer/kernel'));
    const protection = new SynapticIntelligence();
    const optimizer = protection.wrap(tf.train.sgd(0.1));
    tf.tidy(() =>
      optimizer.applyGradients([
        { name: segments.name, tensor: tf.tensor1d([1]) },
        { name: kernel.name, tensor: tf.tensor1d([1]) },
      ]),
    );
    expect(Object.keys(protection.importances)).toEqual(['layer/kernel']);
    protection.endTask();
    protection.dispose();
    optimizer.dispose();
    tf.dispose([segments, kernel]);
    expect(tf.memory().numTensors).toBe(before);
    expect(() => new SynapticIntelligence({ damping: 0 })).toThrow(
      'options.damping must be a number above 0',
    );
  });
});

describe('splitClasses', () => {
  it('gives each task all of its labels, through tables of its own', () => {
    const labels = Int32Array.from({ length: 600 }, (_, i) => i % 100);
    for (const seed of [0, 1, 2]) {
      const tasks = splitClasses(labels, { classes: 100, tasks: 10, seed });
      expect(tasks).toHaveLength(10);
      expect(tasks.flatMap(({ classes }) => [...classes]).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 100 }, (_, i) => i),
      );
      for (const { indices, labels: mapped, classes } of tasks) {
        expect([...new Set(mapped)].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        expect(Array.from(indices, (at) => labels[at])).toEqual(
          Array.from(mapped, (label) => classes[label]),
        );
      }
    }
    expect(() => splitClasses(labels, { classes: 100, tasks: 7 })).toThrow(
      'splitClasses: options.tasks must be a divisor of the 100 classes, got 7.',
    );
  });
});

describe('permutedTasks', () => {
  it('permutes features the same way in training and test, and not at all first', async () => {
    const set = { xs: tf.tensor2d([[1, 2, 3, 4]]), ys: tf.tensor2d([[1, 0]]) };
    const tasks = permutedTasks(set, set, { tasks: 3, seed: 1 });
    const row = async (x: tf.Tensor) => [...(await x.data())];
    const rows = await Promise.all(
      tasks.map(({ train, test }) => Promise.all([row(train().xs), row(test().xs)])),
    );
    expect(rows[0]).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
    for (const [a, b] of rows) {
      expect(a).toEqual(b);
      expect(a!.toSorted()).toEqual([1, 2, 3, 4]);
    }
    expect(rows[1]).not.toEqual(rows[2]);
  });
});
