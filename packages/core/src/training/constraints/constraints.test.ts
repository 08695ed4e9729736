import '@tensorflow/tfjs-backend-cpu';
import { memory, type Optimizer, tensor2d, train } from '@tensorflow/tfjs-core';
import { constraints, type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { cloneThroughSave } from '../clone-through-save/clone-through-save.ts';
import { clipGradients } from '../gradient-clipping/clip-gradients.ts';
import { applyConstraints } from './apply-constraints.ts';
import { constrained } from './constrained.ts';

// y = −x₁ + x₂ − 2: the best kernel and bias without constraints are partly negative.
const xs = tensor2d([
  [1, 0],
  [0, 1],
  [1, 1],
  [2, 1],
]);
const ys = tensor2d([[-3], [-1], [-2], [-3]]);

function regression(): LayersModel {
  return sequential({
    layers: [
      layers.dense({
        units: 1,
        inputShape: [2],
        kernelInitializer: 'ones',
        kernelConstraint: 'nonNeg',
        biasConstraint: constraints.nonNeg(),
      }),
    ],
  });
}

const compile = (model: LayersModel, optimizer: Optimizer = train.sgd(0.1)) =>
  model.compile({ optimizer, loss: 'meanSquaredError' });

async function smallest(model: LayersModel): Promise<number> {
  const values = await Promise.all(model.getWeights().map((w) => w.data()));
  return Math.min(...values.flatMap((v) => [...v]));
}

describe('constraints', () => {
  it('are needed: tfjs-layers alone lets a nonNeg kernel become negative', async () => {
    const model = regression();
    compile(model);
    await model.fit(xs, ys, { epochs: 20, verbose: 0 });
    expect(await smallest(model)).toBeLessThan(-0.1);
  });
});

describe('applyConstraints', () => {
  it('closed form: keeps kernel and bias at or above 0 in fit', async () => {
    const model = regression();
    compile(model);
    await model.fit(xs, ys, { epochs: 20, verbose: 0, callbacks: [applyConstraints()] });
    expect(await smallest(model)).toBe(0);
  });

  it('closed form: keeps the columns of a kernel at unit norm', async () => {
    const model = sequential({
      layers: [layers.dense({ units: 1, inputShape: [2], kernelConstraint: 'unitNorm' })],
    });
    compile(model);
    await model.fit(xs, ys, { epochs: 3, verbose: 0, callbacks: [applyConstraints()] });
    const [a, b] = await model.getWeights()[0]!.data();
    expect(a! ** 2 + b! ** 2).toBeCloseTo(1, 5);
  });

  it('memory: keeps the tensor count constant', async () => {
    const model = regression();
    compile(model);
    const before = memory().numTensors;
    await model.fit(xs, ys, { epochs: 10, verbose: 0, callbacks: [applyConstraints()] });
    expect(memory().numTensors).toBe(before);
  });
});

describe('constrained', () => {
  it('closed form: keeps weights at or above 0 in trainOnBatch', async () => {
    const model = regression();
    compile(model, constrained(train.sgd(0.1), model));
    for (let step = 0; step < 20; step++) await model.trainOnBatch(xs, ys);
    expect(await smallest(model)).toBe(0);
  });

  it('takes variables instead of the model', async () => {
    const model = regression();
    const [kernel] = model.trainableWeights;
    compile(model, constrained(train.sgd(0.1), [kernel!]));
    await model.fit(xs, ys, { epochs: 20, verbose: 0 });
    const [kernelValues, biasValues] = await Promise.all(model.getWeights().map((w) => w.data()));
    expect(Math.min(...kernelValues!)).toBe(0);
    expect(biasValues![0]).toBeLessThan(0);
  });

  it('composes with clipGradients', async () => {
    const model = regression();
    compile(model, constrained(clipGradients(train.sgd(0.1), { globalNorm: 0.1 }), model));
    await model.trainOnBatch(xs, ys);
    const [a, b] = await model.getWeights()[0]!.data();
    expect(Math.hypot(1 - a!, 1 - b!)).toBeLessThanOrEqual(0.01 + 1e-6);
    expect(await smallest(model)).toBeGreaterThanOrEqual(0);
  });

  it('shares state with the optimiser it wraps, and disposes it', async () => {
    const model = regression();
    const adam = train.adam(0.1);
    compile(model, constrained(adam, model));
    await model.trainOnBatch(xs, ys);
    expect(adam.iterations).toBe(1);
    const before = memory().numTensors;
    model.optimizer.dispose();
    // Two powers of β, and two moments for each of two weights.
    expect(before - memory().numTensors).toBe(6);
  });

  it('serialises as the optimiser it wraps', async () => {
    const model = regression();
    compile(model, constrained(train.adam(0.1), model));
    const copy = await cloneThroughSave(model);
    const predict = (m: LayersModel) => (m.predict(xs) as typeof xs).data();
    expect(await predict(copy)).toEqual(await predict(model));
    expect(model.optimizer.getClassName()).toBe('Adam');
  });

  it('memory: keeps the tensor count constant', async () => {
    const model = regression();
    compile(model, constrained(train.sgd(0.1), model));
    const before = memory().numTensors;
    for (let step = 0; step < 10; step++) await model.trainOnBatch(xs, ys);
    expect(memory().numTensors).toBe(before);
  });
});
