import '@tensorflow/tfjs-backend-cpu';
import { ArgumentError } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { DendriticDense, type DendriticDenseOptions } from './dendritic-dense.ts';
import { matchingMlpWidth } from './matching-mlp-width.ts';
import { resolveBranching } from './resolve-branching.ts';
import { TreeHeNormal } from './tree-he-normal.ts';
import { treeParameterCount } from './tree-parameter-count.ts';
import { weightsFromMasked } from './weights-from-masked.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const modelOn = (inputs: number, options: Partial<DendriticDenseOptions>) =>
  tfl.sequential({ layers: [new DendriticDense({ units: 2, inputShape: [inputs], ...options })] });
const squares = (values: Float32Array) =>
  values.reduce((sum, value) => sum + value * value, 0) / values.length;

describe('parameters: closed form', () => {
  it.each([
    [1024, 2, 2046, 1023],
    [1024, 4, 1364, 341],
    [1024, 32, 1056, 33],
    [256, 2, 510, 255],
    [256, 4, 340, 85],
    [256, 16, 272, 17],
  ])('%i inputs in groups of %i have %i weights and %i biases', (inputs, b, weights, biases) => {
    expect(treeParameterCount(inputs, b)).toEqual({ weights, biases, total: weights + biases });
    expect(treeParameterCount(inputs, b, 10).total).toBe(10 * (weights + biases));
    const model = modelOn(inputs, { units: 3, branching: b });
    expect(model.countParams()).toBe(3 * (weights + biases));
    model.dispose();
  });

  it('counts a list of factors', () => {
    expect(treeParameterCount(784, [28, 28], 10).total).toBe(8410);
    expect(treeParameterCount(243, 3).weights).toBe(3 + 9 + 27 + 81 + 243);
  });

  it.each([
    [1024, 10, 30_690, 30],
    [1024, 10, 14_490, 14],
    [1024, 10, 10_890, 11],
    [1024, 1, 3069, 3],
    [1024, 1, 1705, 2],
    [1024, 1, 1089, 2],
    [256, 10, 7650, 29],
    [256, 10, 4250, 16],
    [256, 10, 2890, 11],
    [784, 10, 8410, 11],
    [784, 10, 1, 1],
  ])(
    '%i inputs and %i outputs at %i parameters make a network of the width %i',
    (inputs, outputs, parameters, width) => {
      expect(matchingMlpWidth({ inputs, outputs, parameters })).toBe(width);
    },
  );
});

describe('branching', () => {
  it.each([
    [{}, 784, [28, 28]],
    [{}, 1024, [32, 32]],
    [{}, 1000, [40, 25]],
    [{ padInput: true }, 1000, [32, 32]],
    [{ padInput: true }, 997, [32, 32]],
    [{ padInput: true }, 7, [3, 3]],
    [{ branching: 3 }, 243, [3, 3, 3, 3, 3]],
    [{ branching: 4, depth: 5 }, 1024, [4, 4, 4, 4, 4]],
    [{ branching: 4, padInput: true }, 784, [4, 4, 4, 4, 4]],
    [{ branching: 10, padInput: true, depth: 4 }, 784, [10, 10, 10, 10]],
    [{ branching: 784 }, 784, [784]],
    [{ branching: [7, 7, 2, 2, 2, 2] }, 784, [7, 7, 2, 2, 2, 2]],
    [{ branching: [1] }, 1, [1]],
  ])('%j of %i inputs is %j', (options, inputs, levels) => {
    expect(resolveBranching('test', options, inputs)).toEqual(levels);
  });
});

describe('treeHeNormal', () => {
  it('has the deviation √(2/b), other weights on each level and equal ones for equal seeds', async () => {
    for (const b of [2, 28]) {
      const weights = new TreeHeNormal({ seed: 3 }).apply([10, 10_000 / 4, b]);
      const values = await weights.data<'float32'>();
      const deviation = Math.sqrt(squares(values));
      expect(Math.abs(deviation / Math.sqrt(2 / b) - 1)).toBeLessThan(0.03);
      weights.dispose();
    }
    const [one, same, level] = [
      [1, 4, 4],
      [1, 4, 4],
      [1, 1, 4],
    ].map((shape) => new TreeHeNormal({ seed: 1 }).apply(shape));
    expect(await same!.data()).toEqual(await one!.data());
    expect((await level!.data())[0]).not.toBe((await one!.data())[0]);
    tf.dispose([one!, same!, level!]);
  });

  it('keeps the second moment from level to level within a factor of 2', async () => {
    const moments: number[] = [];
    for (const branching of [[4], [4, 4], [4, 4, 4], [4, 4, 4, 4]]) {
      const inputs = 4 ** branching.length;
      // Of what a next level would see.
      const model = modelOn(inputs, { units: 400, branching, seed: 2 });
      const y = model.predict(tf.randomNormal([50, inputs], 0, 1, 'float32', 1)) as tf.Tensor;
      const values = await y.data<'float32'>();
      moments.push(squares(values));
      model.dispose();
    }
    for (const [i, moment] of moments.entries()) {
      if (i === 0) continue;
      expect(moment / moments[i - 1]!).toBeGreaterThan(0.5);
      expect(moment / moments[i - 1]!).toBeLessThan(2);
    }
  });
});

describe('DendriticDense: serialises', () => {
  it('keeps resolved factors and order in plain lowerCamelCase', () => {
    const model = modelOn(6, { inputOrder: 'random', seed: 3, activation: 'leakyReLU' });
    const config = model.layers[0]!.getConfig();
    expect(config.branching).toEqual([3, 2]);
    expect([...(config.inputOrder as number[])].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(config.activation).toBe('leakyRelu');
    expect(new DendriticDense({ units: 2 }).getConfig()).toMatchObject({
      branching: 'sqrt',
      inputOrder: 'natural',
    });
    model.dispose();
  });
});

describe('DendriticDense: errors', () => {
  it.each<[Partial<DendriticDenseOptions>, number, string]>([
    [
      {},
      997,
      "the number of inputs must be a product of two numbers ≥ 2 for branching 'sqrt', got 997. The nearest valid sizes are 996 and 998; or set padInput: true, or branching: [997].",
    ],
    [
      { branching: 3 },
      100,
      'the number of inputs must be a power of branching 3, got 100. The nearest valid sizes are 81 and 243; or set padInput: true, or give a list of factors of 100.',
    ],
    [
      { branching: [28, 27] },
      784,
      'the number of inputs must be 28 × 27 = 756, got 784. Choose factors of 784.',
    ],
    [
      { branching: [28, 29] },
      784,
      'the number of inputs must be 28 × 29 = 812, got 784. Choose factors of 784, or padInput: true.',
    ],
    [
      { branching: [28, 27], padInput: true },
      784,
      'the number of inputs must be at most 28 × 27 = 756, got 784. Choose larger branching factors.',
    ],
    [{ branching: 4, depth: 4 }, 1024, 'the number of inputs must be 4 × 4 × 4 × 4 = 256, got 1024.'],
    [
      { units: 5, sharedInput: false },
      24,
      'the last axis of the input must be a multiple of 5 units with sharedInput: false in [null, 24], got 24. The nearest valid sizes are 20 and 25.',
    ],
    [
      { inputOrder: [0, 1, 1, 2] },
      4,
      "options.inputOrder must be 'natural', 'random', or each of 0 … 3 once, got [0, 1, 1, 2].",
    ],
  ])('on building: %j for %i inputs', (options, inputs, message) => {
    const build = () => modelOn(inputs, options);
    expect(build).toThrow(ArgumentError);
    expect(build).toThrow(message);
  });

  it.each<[Partial<DendriticDenseOptions>, string]>([
    [{ units: 0 }, 'DendriticDense: options.units must be a positive integer, got 0.'],
    [{ branching: 1 }, "options.branching must be 'sqrt', an integer ≥ 2, or a list of integers ≥ 1, got 1."],
    [{ branching: [] }, 'options.branching'],
    [
      { branching: [4, 4], depth: 3 },
      'options.depth must be 2, the number of levels of branching [4,4], got 3.',
    ],
    [{ depth: 3 }, "options.depth must be 2, the number of levels of branching 'sqrt', got 3."],
    [{ inputDropout: 1 }, 'options.inputDropout must be a probability in [0, 1), got 1.'],
    [{ repeats: 0.5 }, 'options.repeats must be a positive integer, got 0.5.'],
    [{ seed: 0.5 }, 'options.seed must be an integer or null, got 0.5.'],
    [{ negativeSlope: Number.NaN }, 'options.negativeSlope must be a finite number, got NaN.'],
    [{ inputOrder: 'zigzag' as never }, 'options.inputOrder'],
    [
      { sharedInput: false, dropoutSharedAcrossUnits: true },
      'options.dropoutSharedAcrossUnits must be false',
    ],
    [{ activation: 'unheardOf' }, 'unheardOf'],
  ])('on making: %j', (options, message) => {
    expect(() => new DendriticDense({ units: 2, ...options })).toThrow(message);
  });

  it('of helpers name what they got', () => {
    expect(() => matchingMlpWidth({ inputs: 0, outputs: 1, parameters: 1 })).toThrow(
      'inputs must be a positive integer, got 0.',
    );
    expect(() => treeParameterCount(100, 3)).toThrow(
      'treeParameterCount: the number of inputs must be a power of branching 3',
    );
    const weight = tf.zeros([4, 8]);
    expect(() => weightsFromMasked([{ weight }], 2)).toThrow('levels[0].weight must be of 2 rows');
    expect(() => weightsFromMasked([{ weight, bias: tf.zeros([3]) }], 4)).toThrow(
      'levels[0].bias must be of shape [4]',
    );
    expect(() =>
      tfl.sequential({ layers: [new DendriticDense({ units: 2, batchInputShape: [null, null] })] }),
    ).toThrow(
      'the last axis of the input must be a known size after that of the batch in [null, null], got null.',
    );
  });
});
