import '@tensorflow/tfjs-backend-cpu';
import { memory, mul, ones, type Scalar, sum, tensor1d, tidy, train, variable } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { clipGradients, type GradientClipping } from './clip-gradients.ts';

/** The clipped gradients, seen as the steps that plain descent with rate 1 makes from 0. */
async function clipped(gradients: number[][], clipping: GradientClipping): Promise<number[][]> {
  const weights = gradients.map((g) => variable(tensor1d(g.map(() => 0))));
  const named = weights.map((w, i) => ({ name: w.name, tensor: tensor1d(gradients[i]!) }));
  clipGradients(train.sgd(1), clipping).applyGradients(named);
  return Promise.all(weights.map(async (w) => [...(await w.data())].map((x) => -x)));
}

const near = (rows: number[][]) => rows.map((row) => row.map((x) => expect.closeTo(x, 5)));

describe('clipGradients', () => {
  it('closed form: value clips each entry', async () => {
    expect(await clipped([[3, -0.5], [-7]], { value: 1 })).toEqual(near([[1, -0.5], [-1]]));
  });

  it('closed form: norm clips each variable, and leaves short gradients alone', async () => {
    expect(await clipped([[30, 40], [0.5]], { norm: 1 })).toEqual(near([[0.6, 0.8], [0.5]]));
  });

  it('closed form: globalNorm clips all variables by one factor', async () => {
    expect(await clipped([[2], [1, 2]], { globalNorm: 1.5 })).toEqual(near([[1], [0.5, 1]]));
    expect(await clipped([[2], [1, 2]], { globalNorm: 4 })).toEqual(near([[2], [1, 2]]));
  });

  it('edges: a gradient of zeros stays zero', async () => {
    expect(await clipped([[0, 0]], { norm: 1 })).toEqual(near([[0, 0]]));
  });

  it('edges: a variable the loss does not depend on keeps its place and its value', async () => {
    const [used, unused] = [variable(tensor1d([0])), variable(tensor1d([5]))];
    const optimizer = clipGradients(train.adam(0.1), { globalNorm: 1 });
    const three = tensor1d([3]);
    optimizer.applyGradients([
      { name: unused.name, tensor: null as never },
      { name: used.name, tensor: three },
    ]);
    expect((await unused.data())[0]).toBe(5);
    expect((await used.data())[0]).toBeCloseTo(-0.1, 5);
  });

  it('clips in minimize, fit and trainOnBatch', async () => {
    const w = variable(tensor1d([30, 40]));
    clipGradients(train.sgd(1), { globalNorm: 1 }).minimize(
      () => tidy(() => mul(0.5, sum(mul(w, w))) as Scalar),
      false,
      [w],
    );
    expect([...(await w.data())]).toEqual(near([[29.4, 39.2]])[0]);

    for (const method of ['fit', 'trainOnBatch'] as const) {
      const model = sequential({
        layers: [layers.dense({ units: 1, inputShape: [1], useBias: false, kernelInitializer: 'zeros' })],
      });
      model.compile({ optimizer: clipGradients(train.sgd(1), { value: 0.25 }), loss: 'meanSquaredError' });
      const [x, y] = [ones([1, 1]), mul(100, ones([1, 1]))];
      if (method === 'fit') await model.fit(x, y, { epochs: 1, verbose: 0 });
      else await model.trainOnBatch(x, y);
      expect((await model.getWeights()[0]!.data())[0]).toBe(0.25);
    }
  });

  it('memory: keeps the tensor count constant', () => {
    const w = variable(tensor1d([30, 40]));
    for (const clipping of [{ value: 1 }, { norm: 1 }, { globalNorm: 1 }]) {
      const optimizer = clipGradients(train.adam(1), clipping);
      const step = () => optimizer.minimize(() => tidy(() => sum(mul(w, w)) as Scalar), false, [w]);
      step();
      const before = memory().numTensors;
      for (let i = 0; i < 10; i++) step();
      expect(memory().numTensors).toBe(before);
    }
  });

  it('errors: unless exactly one positive limit is given', () => {
    for (const bad of [{}, { value: 1, norm: 1 }, { value: 0 }, { norm: Number.NaN }, { size: 1 }]) {
      expect(() => clipGradients(train.sgd(1), bad as never)).toThrow('clipGradients: clipping must be');
    }
  });
});
