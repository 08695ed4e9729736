import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { clipGradients } from '../gradient-clipping/clip-gradients.ts';
import { setLearningRate } from '../schedules/learning-rate.ts';
import { decoupledWeightDecay } from './decoupled-weight-decay.ts';

const optimizers: [name: string, make: () => tf.Optimizer][] = [
  ['SGD', () => tf.train.sgd(0.1)],
  ['momentum', () => tf.train.momentum(0.1, 0.9)],
  ['Nesterov momentum', () => tf.train.momentum(0.1, 0.9, true)],
  ['Adam', () => tf.train.adam(0.1)],
  ['Adamax', () => tf.train.adamax(0.1)],
  ['RMSProp', () => tf.train.rmsprop(0.1)],
  ['Adagrad', () => tf.train.adagrad(0.1)],
  ['Adadelta', () => tf.train.adadelta(0.1)],
];

const VALUES = [[3, -4, 0.5, 7, 1], [[-2]]] as const;
const GRADIENTS = [[0.5, -1, 2, 0, -0.25], [[3]]] as const;

const variables = () => VALUES.map((values) => tf.tidy(() => tf.variable(tf.tensor(values as never))));
const numbers = (all: tf.Tensor[]) => Promise.all(all.map(async (tensor) => [...(await tensor.data())]));

function step(
  optimizer: tf.Optimizer,
  all: readonly tf.Variable[],
  gradients: readonly unknown[] = GRADIENTS,
) {
  tf.tidy(() =>
    optimizer.applyGradients(
      all.map(({ name }, i) => ({
        name,
        tensor: (gradients[i] && tf.tensor(gradients[i] as never)) as tf.Tensor,
      })),
    ),
  );
}

describe('decoupledWeightDecay', () => {
  it('closed form: scaled by the learning rate of the moment, or taken off at each step', async () => {
    const all = variables();
    const optimizer = decoupledWeightDecay(tf.train.sgd(0.1), { rate: 0.5 });
    step(optimizer, all);
    expect((await numbers(all))[1]![0]).toBeCloseTo(0.95 * -2 - 0.3, 5);
    setLearningRate(optimizer, 0.2);
    step(optimizer, all);
    expect((await numbers(all))[1]![0]).toBeCloseTo(0.9 * -2.2 - 0.6, 5);
    step(decoupledWeightDecay(tf.train.sgd(0.1), { rate: 0.5, scaledBy: 'step' }), all);
    expect((await numbers(all))[1]![0]).toBeCloseTo(0.5 * -2.58 - 0.3, 5);
    tf.dispose(all);
  });

  it.each(optimizers)(
    'against reference: %s takes its step from the weights that are left',
    async (_name, make) => {
      const [ours, theirs] = [variables(), variables()];
      const plain = make();
      const optimizer = decoupledWeightDecay(make(), { rate: 0.25, scaledBy: 'step' });
      for (let i = 0; i < 3; i++) {
        step(optimizer, ours);
        for (const one of theirs) tf.tidy(() => one.assign(tf.mul(one, 0.75)));
        step(plain, theirs);
      }
      expect(await numbers(ours)).toEqual(await numbers(theirs));
      expect(optimizer.iterations).toBe(plain.iterations);
      tf.dispose([ours, theirs]);
    },
  );

  it('decays the variables that are asked for, and none without a gradient', async () => {
    const all = variables();
    const options = { rate: 0.5, scaledBy: 'step', decays: ({ rank }: tf.Variable) => rank === 2 } as const;
    step(decoupledWeightDecay(tf.train.sgd(1), options), all, [[0, 0, 0, 0, 0], [[0]]]);
    expect(await numbers(all)).toEqual([VALUES[0], [-1]]);
    step(decoupledWeightDecay(tf.train.sgd(1), { rate: 0.5 }), all, [null, [[0]]]);
    expect(await numbers(all)).toEqual([VALUES[0], [-0.5]]);
    tf.dispose(all);
  });

  it('goes with another wrapper, on either side', async () => {
    for (const wrap of [
      (optimizer: tf.Optimizer) =>
        clipGradients(decoupledWeightDecay(optimizer, { rate: 0.5 }), { value: 1 }),
      (optimizer: tf.Optimizer) =>
        decoupledWeightDecay(clipGradients(optimizer, { value: 1 }), { rate: 0.5 }),
    ]) {
      const all = variables();
      step(wrap(tf.train.sgd(1)), all);
      expect((await numbers(all))[1]).toEqual([-2]);
      tf.dispose(all);
    }
  });

  it('trains a model, and a weight whose numbers somebody holds leaves him these', async () => {
    const layer = layers.dense({
      units: 1,
      inputShape: [1],
      kernelInitializer: 'ones',
      biasInitializer: 'ones',
    });
    const model = sequential({ layers: [layer] });
    const optimizer = decoupledWeightDecay(tf.train.momentum(0.5, 0.9), { rate: 0.5 });
    model.compile({ optimizer, loss: 'meanSquaredError' });
    const held = model.getWeights().map((weight) => tf.clone(weight));
    const [x, y] = [tf.zeros([2, 1]), tf.ones([2, 1])];
    await model.trainOnBatch(x, y);
    expect(await numbers(model.getWeights())).toEqual([[0.75], [0.75]]);
    expect(await numbers(held)).toEqual([[1], [1]]);
    model.dispose();
    tf.dispose([held, x, y]);
  });

  it('memory: keeps the tensor count constant', () => {
    const all = variables();
    const optimizer = decoupledWeightDecay(tf.train.adam(0.1), { rate: 0.01 });
    step(optimizer, all);
    const before = tf.memory().numTensors;
    for (let i = 0; i < 3; i++) step(optimizer, all);
    expect(tf.memory().numTensors).toBe(before);
    optimizer.dispose();
    tf.dispose(all);
  });

  it('errors: rates and scales that are none', () => {
    const sgd = tf.train.sgd(1);
    expect(() => decoupledWeightDecay(sgd, { rate: -1 })).toThrow(
      'decoupledWeightDecay: options.rate must be a finite number of 0 or more, got -1',
    );
    expect(() => decoupledWeightDecay(sgd, { rate: 2, scaledBy: 'step' })).toThrow('a number from 0 to 1');
    expect(() => decoupledWeightDecay(sgd, { rate: 0, scaledBy: 'epoch' as never })).toThrow(
      'options.scaledBy',
    );
    sgd.dispose();
  });
});
