import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { type DendriticTreeOptions, dendriticTree } from '../branching/dendritic-tree.ts';
import { randomTree } from '../branching/testing.ts';

/** The op of x, then the kernels, then as many biases. */
const treeOp =
  (options: DendriticTreeOptions = {}) =>
  (x?: Tensor, ...weights: Tensor[]) =>
    dendriticTree(x!, weights.slice(0, weights.length / 2), weights.slice(weights.length / 2), options);

const values = (tensors: Tensor[]) => Promise.all(tensors.map((tensor) => tensor.data()));

describe('dendriticTree: which inputs a node sees', () => {
  it('is its own group alone, forward and backward', async () => {
    const [nodes, branches] = [3, 4];
    const inputs = nodes * branches;
    // Unit o passes on its node o.
    const [first] = randomTree(nodes, [branches, nodes], 2);
    const second = tf.tidy(() => tf.reshape(tf.eye(nodes), [nodes, 1, nodes]));
    const linear = (x: Tensor) => dendriticTree(x, [first!, second], null, { negativeSlope: 1 });
    const weights = (await first!.array()) as number[][][];
    const own = Array.from({ length: inputs }, (_, i) => {
      const node = Math.floor(i / branches);
      return weights[node]![node]![i % branches]!;
    });

    const x = tf.randomNormal([1, inputs], 0, 1, 'float32', 3);
    // Row i has input i raised by one.
    const raised = tf.tidy(() => tf.sub(linear(tf.add(x, tf.eye(inputs))), linear(x)));
    const expected = own.flatMap((weight, i) =>
      Array.from({ length: nodes }, (_, unit) => (unit === Math.floor(i / branches) ? weight : 0)),
    );
    expect(await raised.data()).toBeAllClose(expected, { absolute: 1e-5, relative: 1e-4 });
    const dx = tf.grad(linear)(x);
    expect(await dx.data()).toBeAllClose(own);
    tf.dispose([first!, second, x, raised, dx]);
  });
});

describe('dendriticTree: order of its inputs', () => {
  it('does not matter if whole nodes move with their weights, nor to the gradients', async () => {
    const [first, second, bias, somaBias] = randomTree(2, [3, 4], 11) as Tensor[];
    const x = tf.randomNormal([3, 12], 0, 1, 'float32', 4);
    const order = [2, 0, 3, 1];
    const nodes = tf.tensor1d(order, 'int32');
    const inputs = tf.tensor1d(
      order.flatMap((node) => [0, 1, 2].map((k) => 3 * node + k)),
      'int32',
    );
    const operands = [x, first!, second!, bias!, somaBias!];
    const moved = [
      tf.gather(x, inputs, 1),
      tf.gather(first!, nodes, 1),
      tf.gather(second!, nodes, 2),
      tf.gather(bias!, nodes, 1),
      somaBias!,
    ];
    const [plain, other] = [operands, moved].map((all) => tf.valueAndGrads(treeOp())(all));
    expect(await other!.value.data()).toBeAllClose(await plain!.value.data());
    const [dx, dFirst, dSecond, dBias, dSomaBias] = plain!.grads;
    const expected = [
      tf.gather(dx!, inputs, 1),
      tf.gather(dFirst!, nodes, 1),
      tf.gather(dSecond!, nodes, 2),
      tf.gather(dBias!, nodes, 1),
      dSomaBias!,
    ];
    for (const [i, gradient] of other!.grads.entries()) {
      expect(await gradient.data()).toBeAllClose(await expected[i]!.data());
    }
    tf.dispose([nodes, inputs, operands, moved, plain!, other!, expected]);
  });
});

describe('dendriticTree: rows', () => {
  it.each([1, 2, 3, 5, 7, 10])('are computed in a batch of %i as each is alone', async (rows) => {
    const weights = randomTree(3, [5, 3], 4);
    const x = tf.randomNormal([rows, 15], 0, 1, 'float32', 6);
    for (const [repeats, of] of [
      [1, 'shared inputs'],
      [3, 'inputs of each unit'],
    ] as const) {
      const inputs = tf.tile(x, [1, repeats]);
      const all = treeOp()(inputs, ...weights);
      const each = tf.tidy(() => tf.concat(tf.split(inputs, rows).map((row) => treeOp()(row, ...weights))));
      expect(await all.data(), of).toBeAllClose(await each.data());
      tf.dispose([inputs, all, each]);
    }
    tf.dispose([x, weights]);
  });
});

describe('dendriticTree: gradient', () => {
  it('of an empty batch is 0, whatever memory held before', async () => {
    const weights = randomTree(3, [4, 2], 9);
    const x = tf.zeros([0, 8]);
    for (const options of [{}, { training: true, dropoutRate: 0.3, seed: 2 }]) {
      // Of as many numbers as the gradients, to be found again when these are made.
      tf.dispose([...weights, ...weights].map((each) => tf.tidy(() => tf.add(tf.onesLike(each), 1))));
      const gradients = tf.grads(treeOp(options))([x, ...weights]);
      for (const gradient of await values(gradients))
        expect([...gradient].every((one) => one === 0)).toBe(true);
      tf.dispose(gradients);
    }
    tf.dispose([x, weights]);
  });

  it('of a linear tree is the product of the weights along each path', async () => {
    const kernels = randomTree(1, [3, 4], 5).slice(0, 2);
    const x = tf.randomNormal([2, 12], 0, 1, 'float32', 6);
    const dx = tf.grad((x) => dendriticTree(x, kernels, null, { negativeSlope: 1 }))(x);
    const paths = tf.tidy(() =>
      tf.reshape(tf.mul(tf.reshape(kernels[0]!, [4, 3]), tf.reshape(kernels[1]!, [4, 1])), [12]),
    );
    expect(await dx.data()).toBeAllClose([...(await paths.data()), ...(await paths.data())]);
    tf.dispose([x, dx, paths, ...kernels]);
  });

  it.each([{}, { training: true, dropoutRate: 0.3, seed: 2 }])(
    'of shared inputs is the sum of those that each unit has of its own: %j',
    async (options) => {
      const weights = randomTree(3, [4, 2], 9);
      const x = tf.randomNormal([5, 8], 0, 1, 'float32', 8);
      const tiled = tf.tile(x, [1, 3]);
      const [shared, own] = [x, tiled].map((inputs) => tf.grads(treeOp(options))([inputs, ...weights]));
      const summed = tf.tidy(() => tf.sum(tf.reshape(own![0]!, [5, 3, 8]), 1));
      const [expected, actual] = [await values([summed, ...own!.slice(1)]), await values(shared!)];
      for (const [i, gradient] of actual.entries()) expect(gradient).toBeAllClose(expected[i]!);
      tf.dispose([x, tiled, summed, ...weights, ...shared!, ...own!]);
    },
  );
});
