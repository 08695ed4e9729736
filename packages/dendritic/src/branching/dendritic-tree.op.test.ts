import { ArgumentError, dropRate, keepMask } from '@arborize/core';
import { backendTolerance, describeOp, expectNoTensorLeak } from '@arborize/core/testing';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { counterDropout } from './counter-dropout.ts';
import { type DendriticTreeOptions, dendriticTree } from './dendritic-tree.ts';
import { away, maskedDense, randomTree, tree64, treeShapes } from './testing.ts';

/** The op of x, then the kernels, then as many biases. */
const treeOp =
  (options: DendriticTreeOptions = {}) =>
  (x?: Tensor, ...weights: Tensor[]) =>
    dendriticTree(x!, weights.slice(0, weights.length / 2), weights.slice(weights.length / 2), options);

describeOp('dendriticTree, shared inputs', {
  op: treeOp(),
  float64: tree64(),
  shapes: [
    treeShapes(3, 2, [4, 2]),
    treeShapes(1, 1, [3]),
    treeShapes(2, 5, [3, 2]),
    treeShapes(0, 2, [2, 2]),
    treeShapes(5, 3, [1, 5]),
    treeShapes(6, 13, [7]),
    treeShapes(9, 17, [5, 3]),
    treeShapes(2, 2, [2, 2, 2]),
    treeShapes(4, 30, [6, 4]),
  ],
  sample: away,
});
describeOp('dendriticTree, inputs of each unit', {
  op: treeOp({ negativeSlope: 0.3, somaActivation: 'linear' }),
  float64: tree64({ slope: 0.3, linearSoma: true }),
  shapes: [
    treeShapes(3, 2, [4, 2], { own: true }),
    treeShapes(2, 5, [3], { own: true }),
    treeShapes(0, 3, [2], { own: true }),
  ],
  sample: away,
});
describeOp('dendriticTree, inputs of higher rank, slope above 1', {
  op: treeOp({ negativeSlope: 1.5 }),
  float64: tree64({ slope: 1.5 }),
  shapes: [treeShapes([2, 3], 3, [2, 2]), treeShapes([], 2, [3, 2])],
  sample: away,
});
for (const own of [false, true]) {
  describeOp(`dendriticTree in training, ${own ? 'inputs of each unit' : 'shared inputs'}`, {
    op: treeOp({ training: true, dropoutRate: 0.4, seed: 5 }),
    float64: tree64({ rate: 0.4, seed: 5 }),
    shapes: [
      treeShapes(3, 5, [3, 2], { own }),
      treeShapes(1, 2, [5], { own }),
      treeShapes(6, 4, [2, 2], { own }),
      treeShapes(7, 9, [6, 2], { own }),
    ],
    sample: away,
  });
}
describeOp('dendriticTree in training, one mask for all units', {
  op: treeOp({ training: true, dropoutRate: 0.4, seed: 5, dropoutSharedAcrossUnits: true }),
  float64: tree64({ rate: 0.4, seed: 5, oneMask: true }),
  shapes: [treeShapes(3, 5, [3, 2])],
  sample: away,
});

const t3 = (values: number[][][]) => tf.tensor3d(values);
const one = {
  kernels: () => [
    t3([
      [
        [1, -1],
        [0.5, 0.5],
      ],
    ]),
    t3([[[2, -1]]]),
  ], // prettier-ignore
  biases: () => [tf.tensor2d([[0.5, -1]]), tf.tensor2d([[0.25]])],
};

describe('dendriticTree: closed form', () => {
  it('has the values and gradients that were worked out by hand', async () => {
    const weights = [...one.kernels(), ...one.biases()];
    const x = tf.tensor2d([[1, 2, 3, 4]]);
    const y = treeOp()(x, ...weights);
    const linear = treeOp({ somaActivation: 'linear' })(x, ...weights);
    expect(await y.data()).toBeAllClose([-0.235]);
    expect(await linear.data()).toBeAllClose([-2.35]);
    const gradients = tf.grads(treeOp())([x, ...weights]);
    const expected = [
      [0.02, -0.02, -0.05, -0.05],
      [0.02, 0.04, -0.3, -0.4],
      [-0.005, 0.25],
      [0.02, -0.1],
      [0.1],
    ];
    for (const [i, gradient] of gradients.entries()) {
      expect(await gradient.data()).toBeAllClose(expected[i]!);
    }
    tf.dispose([x, y, linear, ...weights, ...gradients]);
  });

  it('drops inputs and makes up for it', async () => {
    const [kernels, biases] = [one.kernels(), one.biases()];
    const x = tf.tensor2d([[2 * 1, 2 * 0, 2 * 3, 2 * 4]]);
    // Masks of seed after seed, until one keeps all inputs but the second.
    const rate = dropRate('test', 'rate', 0.5);
    const seed = Array.from({ length: 1000 }, (_, i) => i).find(
      (s) => keepMask(s, 1, 4, rate).join() === '2,0,2,2',
    )!;
    const half = tf.div(x, 2);
    const y = dendriticTree(tf.add(half, tf.tensor2d([[0, 2, 0, 0]])), kernels, biases, {
      training: true,
      dropoutRate: 0.5,
      seed,
    });
    const same = dendriticTree(x, kernels, biases);
    expect(await y.data()).toBeAllClose([-0.075]);
    expect(await same.data()).toBeAllClose([-0.075]);
    tf.dispose([x, half, y, same, ...kernels, ...biases]);
  });

  it('has two units on shared inputs', async () => {
    const first = t3([
      [
        [1, -1],
        [0.5, 0.5],
      ],
      [
        [-1, 1],
        [0.25, -0.5],
      ],
    ]); // prettier-ignore
    const second = t3([[[2, -1]], [[1, 1]]]);
    const biases = [
      tf.tensor2d([
        [0.5, -1],
        [0, 0.1],
      ]),
      tf.tensor2d([[0.25], [-0.3]]),
    ]; // prettier-ignore
    const y = dendriticTree([[1, 2, 3, 4]], [first, second], biases);
    expect(await y.data()).toBeAllClose([-0.235, 0.585]);
    tf.dispose([y, first, second, ...biases]);
  });
});

const software = () => tf.getBackend() === 'webgpu';

describe('dendriticTree: against reference', () => {
  it.each([
    { rows: 4, units: 3, branching: [32, 32] },
    { rows: 4, units: 10, branching: [4, 4, 4, 4] },
    { rows: 4, units: 2, branching: [28, 28] },
    { rows: 4, units: 2, branching: [7, 7, 2, 2, 2, 2] },
    { rows: 133, units: 3, branching: [5, 3] },
    { rows: 9, units: 2, branching: [70, 2] },
  ])('equals the masked dense network of $units trees $branching, gradients included', async (size) => {
    const { rows, units, branching } = size;
    const weights = randomTree(units, branching, 7);
    const inputs = branching.reduce((a, b) => a * b, 1);
    const x = tf.randomNormal([rows, inputs], 0, 1, 'float32', 3);
    const dy = tf.randomNormal([rows, units], 0, 1, 'float32', 4);
    const ours = tf.grads(treeOp())([x, ...weights], dy);
    const theirs = tf.grads(maskedDense(units, branching))([x, ...weights], dy);
    const [value, expected] = [treeOp()(x, ...weights), maskedDense(units, branching)(x, ...weights)];
    const tolerance = software() ? backendTolerance() : { absolute: 1e-5, relative: 1e-5 };
    expect(await value.data()).toBeAllClose(await expected.data(), tolerance);
    for (const [i, gradient] of ours.entries()) {
      expect(gradient.shape).toEqual(theirs[i]!.shape);
      expect(await gradient.data()).toBeAllClose(await theirs[i]!.data(), tolerance);
    }
    tf.dispose([x, dy, value, expected, ...weights, ...ours, ...theirs]);
  });

  it('of one level is a dense layer and φ', async () => {
    const [kernel, bias] = randomTree(4, [6], 1) as [Tensor, Tensor];
    const x = tf.randomNormal([5, 6], 0, 1, 'float32', 2);
    const y = treeOp()(x, kernel, bias);
    const dense = tf.tidy(() =>
      tf.leakyRelu(tf.add(tf.matMul(x, tf.reshape(kernel, [4, 6]), false, true), tf.reshape(bias, [4])), 0.1),
    );
    expect(await y.data()).toBeAllClose(await dense.data());
    tf.dispose([kernel, bias, x, y, dense]);
  });

  it('with slope 1 is linear in the products of the weights along each path', async () => {
    const kernels = randomTree(1, [3, 4], 5).slice(0, 2);
    const x = tf.randomNormal([2, 12], 0, 1, 'float32', 6);
    const y = dendriticTree(x, kernels, null, { negativeSlope: 1 });
    const v = tf.tidy(() =>
      tf.reshape(tf.mul(tf.reshape(kernels[0]!, [4, 3]), tf.reshape(kernels[1]!, [4, 1])), [12, 1]),
    );
    const product = tf.matMul(x, v);
    expect(await y.data()).toBeAllClose(await product.data());
    tf.dispose([x, y, v, product, ...kernels]);
  });

  it.each([
    { rows: 5, branching: [4, 2] },
    { rows: 133, branching: [3, 2] },
  ])(
    'gives inputs of each unit the values of shared ones that are repeated, and their gradients: $rows rows, with and without dropout',
    async ({ rows, branching }) => {
      const weights = randomTree(3, branching, 9);
      const x = tf.randomNormal([rows, branching[0]! * branching[1]!], 0, 1, 'float32', 8);
      for (const options of [{}, { training: true, dropoutRate: 0.3, seed: 2 }]) {
        const shared = treeOp(options);
        const own = (first: Tensor, ...more: Tensor[]) => shared(tf.tile(first, [1, 3]), ...more);
        const [value, expected] = [shared(x, ...weights), own(x, ...weights)];
        expect(await value.data()).toBeAllClose(await expected.data());
        const gradients = tf.grads(shared)([x, ...weights]);
        const theirs = tf.grads(own)([x, ...weights]);
        for (const [i, gradient] of gradients.entries()) {
          expect(await gradient.data()).toBeAllClose(await theirs[i]!.data());
        }
        tf.dispose([value, expected, gradients, theirs]);
      }
      tf.dispose([x, weights]);
    },
  );

  it('applies other activations to nodes and soma', async () => {
    const weights = randomTree(2, [3, 2], 4);
    const x = tf.randomNormal([4, 6], 0, 1, 'float32', 3);
    const options = { activation: tf.tanh, somaActivation: tf.sigmoid };
    const y = treeOp(options)(x, ...weights);
    const expected = maskedDense(2, [3, 2], options)(x, ...weights);
    expect(await y.data()).toBeAllClose(await expected.data());
    tf.dispose([x, y, expected, ...weights]);
  });

  it('has finite gradients where an activation has them for the rows that exist', async () => {
    const [kernel, soma] = [tf.ones([2, 2, 3]), tf.ones([2, 1, 2])];
    const x = tf.ones([3, 6]);
    const [dx, dw] = tf.grads((x: Tensor, w: Tensor) =>
      dendriticTree(x, [w, soma], null, { activation: tf.sqrt, somaActivation: 'linear' }),
    )([x, kernel]) as [Tensor, Tensor];
    const each = 0.5 / Math.sqrt(3);
    expect(await dx.data()).toBeAllClose(new Array(18).fill(2 * each));
    expect(await dw.data()).toBeAllClose(new Array(12).fill(3 * each));
    tf.dispose([kernel, soma, x, dx, dw]);
  });
});

describe('dendriticTree: dropout', () => {
  it('has the bits of the reference mask', async () => {
    const rate = dropRate('test', 'rate', 0.3);
    const mask = { seed: -17, ...rate };
    const x = tf.ones([12, 37]);
    const y = counterDropout({ x }, mask);
    const kept = Array.from(await y.data(), (value) => value > 0);
    expect(kept).toEqual(Array.from(keepMask(-17, 12, 37, rate), (value) => value > 0));
    tf.dispose([x, y]);
  });

  it('gives every unit a mask of its own, whose bits are those of the reference', async () => {
    const [rows, units, inputs] = [6, 5, 9];
    const rate = dropRate('test', 'rate', 0.5);
    // Unit o of the tree for input i sees this input alone: one level with a one-hot kernel.
    const expected = keepMask(3, rows, inputs * units, rate);
    for (let i = 0; i < inputs; i += 4) {
      const kernel = tf.tidy(() =>
        tf.tile(tf.reshape(tf.oneHot(tf.scalar(i, 'int32'), inputs), [1, 1, inputs]), [units, 1, 1]),
      );
      const x = tf.ones([rows, inputs]);
      const y = dendriticTree(x, [tf.cast(kernel, 'float32')], null, {
        training: true,
        dropoutRate: 0.5,
        seed: 3,
      });
      const bits = Array.from({ length: rows * units }, (_, at) => {
        const [row, unit] = [Math.floor(at / units), at % units];
        return expected[(row * units + unit) * inputs + i]!;
      });
      expect(await y.data()).toBeAllClose(bits);
      tf.dispose([kernel, x, y]);
    }
  });

  it('leaves the mean of a linear tree as it is', async () => {
    const kernels = randomTree(2, [4, 3], 6).slice(0, 2);
    const x = tf.randomUniform([1, 12], 0.5, 1.5, 'float32', 1);
    const rows = 20_000;
    const many = tf.tile(x, [rows, 1]);
    const options = { negativeSlope: 1, dropoutRate: 0.3, seed: 8 };
    const expected = await dendriticTree(x, kernels, null, options).data();
    const y = dendriticTree(many, kernels, null, { ...options, training: true });
    const mean = tf.mean(y, 0);
    const scale = Math.max(...expected.map(Math.abs));
    expect(await mean.data()).toBeAllClose(expected, { absolute: 0.01 * scale, relative: 0 });
    tf.dispose([x, many, y, mean, ...kernels]);
  });

  it('does nothing outside training', async () => {
    const weights = randomTree(2, [3], 4);
    const x = tf.ones([2, 3]);
    const [plain, dropped] = [treeOp()(x, ...weights), treeOp({ dropoutRate: 0.9 })(x, ...weights)];
    expect(await dropped.data()).toEqual(await plain.data());
    tf.dispose([x, plain, dropped, ...weights]);
  });
});

describe('dendriticTree: edges', () => {
  it('changes one node of each unit when one input changes', async () => {
    const [kernel, bias] = randomTree(3, [4, 2], 2) as [Tensor, Tensor];
    // One level alone: the units of a tree [4] over half of the inputs.
    const x = tf.randomNormal([1, 4], 0, 1, 'float32', 2);
    const first = tf.slice(kernel, [0, 0, 0], [3, 1, 4]);
    const bumped = tf.add(x, tf.tensor2d([[0, 0, 1, 0]]));
    const difference = tf.sub(
      dendriticTree(bumped, [first], null, { somaActivation: 'linear' }),
      dendriticTree(x, [first], null, { somaActivation: 'linear' }),
    );
    const weight = tf.slice(first, [0, 0, 2], [3, 1, 1]);
    expect(await difference.data()).toBeAllClose(await weight.data(), { absolute: 1e-5, relative: 1e-4 });
    tf.dispose([kernel, bias, x, first, bumped, difference, weight]);
  });

  it('keeps its value when inputs and first weights are permuted together', async () => {
    const [first, second, ...biases] = randomTree(2, [3, 2], 11);
    const x = tf.randomNormal([3, 6], 0, 1, 'float32', 4);
    // Within the nodes only: the others' weights would have to move, too.
    const order = tf.tensor1d([2, 0, 1, 5, 3, 4], 'int32');
    const [moved, movedKernel] = tf.tidy(() => [
      tf.gather(x, order, 1),
      tf.reshape(tf.gather(tf.reshape(first!, [2, 6]), order, 1), [2, 2, 3]),
    ]);
    const y = dendriticTree(x, [first!, second!], biases);
    const same = dendriticTree(moved!, [movedKernel!, second!], biases);
    expect(await same.data()).toBeAllClose(await y.data());
    tf.dispose([first!, second!, x, order, moved!, movedKernel!, y, same, ...biases]);
  });

  it('keeps NaN to the units that see it', async () => {
    const weights = randomTree(2, [2, 2], 3);
    const x = tf.tensor2d([[1, 2, 3, 4, Number.NaN, 1, 1, 1]]);
    const y = treeOp()(x, ...weights);
    const [seen, other] = [(await y.data())[1], (await y.data())[0]];
    expect(other).not.toBeNaN();
    if (!software()) expect(seen).toBeNaN();
    tf.dispose([x, y, ...weights]);
  });
});

describe('dendriticTree: memory', () => {
  it('leaves nothing behind in training', async () => {
    const weights = randomTree(3, [4, 2], 2);
    const x = tf.ones([2, 8]);
    await expectNoTensorLeak(() => {
      tf.dispose(tf.grads(treeOp({ training: true, dropoutRate: 0.2, seed: 1 }))([x, ...weights]));
    });
    tf.dispose([x, ...weights]);
  });
});

describe('dendriticTree: errors', () => {
  it('names what it got and what it wants', () => {
    const [first, second, ...biases] = randomTree(3, [4, 2], 2);
    const kernels = [first!, second!];
    const x = tf.zeros([2, 8]);
    const failing: [() => unknown, string][] = [
      [
        () => dendriticTree(x, [], null),
        'dendriticTree: kernels must be a list of one kernel for each level',
      ],
      [
        () => dendriticTree(tf.zeros([2, 9]), kernels, biases),
        "dendriticTree: x must be of 8 inputs, or 3 × 8 for inputs of each unit's own, along its last axis, got a float32 tensor of shape [2, 9].",
      ],
      [
        () => dendriticTree(x, [second!, first!], null),
        'kernels[0] must be of shape [3, 4, 2], got a float32 tensor of shape [3, 1, 2].',
      ],
      [() => dendriticTree(x, kernels, [biases[0]!]), 'biases must be null or 2 tensors'],
      [() => dendriticTree(x, kernels, [...biases].reverse()), 'biases[0] must be of shape [3, 2]'],
      [
        () => dendriticTree(x, kernels, biases, { branching: [2, 4] }),
        'options.branching must be [4, 2], as the kernels have it, got [2, 4].',
      ],
      [() => dendriticTree(x, kernels, biases, { negativeSlope: Number.NaN }), 'options.negativeSlope'],
      [
        () => dendriticTree(x, kernels, biases, { dropoutRate: 1 }),
        'must be a probability in [0, 1), got 1.',
      ],
      [() => dendriticTree(x, kernels, biases, { seed: 0.5 }), 'options.seed must be an integer, got 0.5.'],
      [
        () => dendriticTree(tf.zeros([2, 24]), kernels, biases, { dropoutSharedAcrossUnits: true }),
        'options.dropoutSharedAcrossUnits must be false',
      ],
      [() => dendriticTree('x', kernels, biases), 'dendriticTree: x must be'],
    ];
    for (const [call, message] of failing) {
      expect(call).toThrow(ArgumentError);
      expect(call).toThrow(message);
    }
    tf.dispose([x, first!, second!, ...biases]);
  });
});
