import { Random } from '@arborize/core';
import { type Array64, array64, describeOp, expectNoTensorLeak } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';

const activations: Record<string, (x: number, slope: number) => number> = {
  linear: (x) => x,
  relu: (x) => Math.max(0, x),
  relu6: (x) => Math.min(6, Math.max(0, x)),
  elu: (x) => (x < 0 ? Math.expm1(x) : x),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  leakyrelu: (x) => (x < 0 ? 0.2 * x : x),
  prelu: (x, slope) => (x < 0 ? slope * x : x),
};

/** The product of the last two axes; leading axes are equal, or absent in one operand. */
function matMul64(transposeA: boolean, transposeB: boolean) {
  return (...[a, b]: Array64[]): Array64 => {
    const at = (x: Array64, transposed: boolean, i: number, j: number, batch: number) => {
      const [rows, columns] = x.shape.slice(-2) as [number, number];
      const offset = x.shape.length > 2 ? batch * rows * columns : 0;
      return x.values[offset + (transposed ? j * columns + i : i * columns + j)]!;
    };
    const [m, k] = transposeA ? a!.shape.slice(-2).reverse() : a!.shape.slice(-2);
    const n = transposeB ? b!.shape.at(-2)! : b!.shape.at(-1)!;
    const batch = a!.shape.length > b!.shape.length ? a!.shape.slice(0, -2) : b!.shape.slice(0, -2);
    const count = batch.reduce((x, y) => x * y, 1);
    const values = new Float64Array(count * m! * n);
    for (let t = 0; t < count; t++)
      for (let i = 0; i < m!; i++)
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let p = 0; p < k!; p++) sum += at(a!, transposeA, i, p, t) * at(b!, transposeB, p, j, t);
          values[(t * m! + i) * n + j] = sum;
        }
    return array64([...batch, m!, n], values);
  };
}

const transposed = ([rows, columns]: number[]) => [columns!, rows!];
// Inner dimensions beyond 48 and 256 cross the blocks of the stock and of our kernel.
const sizes: [m: number, k: number, n: number][] = [
  [3, 4, 5],
  [1, 1, 1],
  [7, 49, 9],
  [6, 8, 8],
  [13, 100, 17],
  [2, 300, 3],
];

for (const transposeA of [false, true]) {
  for (const transposeB of [false, true]) {
    describeOp(`matMul, transposeA = ${transposeA}, transposeB = ${transposeB}`, {
      op: (a, b) => tf.matMul(a!, b!, transposeA, transposeB),
      float64: matMul64(transposeA, transposeB),
      shapes: sizes.flatMap(([m, k, n]) => {
        const a = transposeA ? transposed([m, k]) : [m, k];
        const b = transposeB ? transposed([k, n]) : [k, n];
        return m === 7 || m === 13
          ? [
              [a, b],
              [
                [3, ...a],
                [3, ...b],
              ],
              [[2, ...a], b],
            ]
          : [[a, b]];
      }),
      sample: (random) => random.normal(),
      tolerance: () => ({ absolute: 1e-4, relative: 1e-4 }),
    });
  }
}

describe('matMul: edges', () => {
  it('broadcasts batches along different axes', async () => {
    const random = new Random(5);
    const [a, b] = [
      tf.randomNormal([2, 1, 3, 4], 0, 1, 'float32', 1),
      tf.randomNormal([5, 4, 2], 0, 1, 'float32', 2),
    ];
    const y = tf.matMul(a, b);
    expect(y.shape).toEqual([2, 5, 3, 2]);
    const [i, j] = [random.integer(2), random.integer(5)];
    const one = tf.matMul(
      tf.reshape(tf.slice(a, [i, 0, 0, 0], [1, 1, 3, 4]), [3, 4]),
      tf.reshape(tf.slice(b, [j, 0, 0], [1, 4, 2]), [4, 2]),
    );
    expect(await tf.slice(y, [i, j, 0, 0], [1, 1, 3, 2]).data()).toBeAllClose(await one.data());
  });

  it.each([
    [
      [0, 3],
      [3, 2],
    ],
    [
      [2, 0],
      [0, 3],
    ],
    [
      [2, 3],
      [3, 0],
    ],
  ])('gives zeros or nothing for %j · %j', async (a, b) => {
    const y = tf.matMul(tf.ones(a as [number, number]), tf.ones(b as [number, number]));
    expect(y.shape).toEqual([a[0], b[1]]);
    expect([...(await y.data())]).toEqual(new Array(a[0]! * b[1]!).fill(0));
  });
});

describe('matMul: blocks', () => {
  beforeEach(({ skip }) =>
    skip(!['wasm', 'cpu'].includes(tf.getBackend()), 'it crosses the blocks of the WASM kernel'),
  );

  it.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('more rows, columns and depth than one holds, transposed %s, %s', async (transposeA, transposeB) => {
    const [m, k, n] = [199, 259, 263];
    const random = new Random(3);
    const [a, b] = [transposeA ? [k, m] : [m, k], transposeB ? [n, k] : [k, n]].map((shape) =>
      array64(
        shape,
        Float32Array.from({ length: shape[0]! * shape[1]! }, () => random.normal()),
      ),
    );
    const [x, y] = [a!, b!].map(({ shape, values }) => tf.tensor(Float32Array.from(values), [...shape]));
    const product = tf.matMul(x!, y!, transposeA, transposeB);
    expect(await product.data()).toBeAllClose(matMul64(transposeA, transposeB)(a!, b!).values, {
      absolute: 1e-3,
      relative: 1e-4,
    });
    tf.dispose([x!, y!, product]);
  });
});

describe.each(Object.keys(activations))('fused matMul with bias and %s', (activation) => {
  it.each([
    { transposeA: false, transposeB: false, batch: [] },
    { transposeA: true, transposeB: false, batch: [] },
    { transposeA: false, transposeB: true, batch: [] },
    { transposeA: true, transposeB: true, batch: [3] },
    { transposeA: false, transposeB: false, batch: [2] },
  ])('equals the plain composition: %j', async ({ transposeA, transposeB, batch }) => {
    const [m, k, n] = [5, 60, 7];
    const random = new Random(9);
    const draw = (shape: number[]) =>
      array64(
        shape,
        Float32Array.from({ length: shape.reduce((x, y) => x * y, 1) }, () => random.normal(0, 0.5)),
      );
    const a = draw([...batch, ...(transposeA ? [k, m] : [m, k])]);
    const b = draw([...batch, ...(transposeB ? [n, k] : [k, n])]);
    const [bias, slopes] = [draw([n]), draw([n])];
    const tensor = ({ shape, values }: Array64) => tf.tensor(Float32Array.from(values), shape as number[]);
    const expected = matMul64(transposeA, transposeB)(a, b).values.map((value, i) =>
      activations[activation]!(value + bias.values[i % n]!, slopes.values[i % n]!),
    );
    const inputs = [a, b, bias, slopes].map(tensor) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const run = () =>
      tf.fused.matMul({
        a: inputs[0],
        b: inputs[1],
        transposeA,
        transposeB,
        bias: inputs[2],
        activation: activation as 'relu',
        ...(activation === 'prelu' ? { preluActivationWeights: inputs[3] } : {}),
      });
    const y = run();
    expect(await y.data()).toBeAllClose(expected, { absolute: 1e-3, relative: 1e-3 });
    y.dispose();
    await expectNoTensorLeak(() => run().dispose());
    tf.dispose(inputs);
  });
});
