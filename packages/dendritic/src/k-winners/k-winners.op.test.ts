import { ArgumentError } from '@arborize/core';
import { type Array64, array64, describeOp, expectNoTensorLeak } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { kWinners, kWinners2d } from './k-winners.ts';

/** k winners of each run of `candidates` values, in float64. */
const winners64 = (k: number, candidates: (shape: readonly number[]) => number) => (x: Array64) => {
  const width = candidates(x.shape);
  const values = x.values.map((value, i) => {
    const row = x.values.slice(i - (i % width), i - (i % width) + width).toSorted((a, b) => b - a);
    return value >= row[k - 1]! ? value : 0;
  });
  return array64(x.shape, values);
};

// Values that no central difference can make cross each other.
const spread = () => {
  let drawn = 0;
  return () => {
    drawn = (drawn + 37) % 101;
    return (drawn - 50) / 10;
  };
};

describeOp('kWinners, k = 1', {
  op: (x) => kWinners(x!, { k: 1 }),
  float64: (x) => winners64(1, (shape) => shape[1]!)(x!),
  shapes: [[[1, 1]], [[3, 7]], [[2, 16]], [[0, 4]], [[5, 64]]],
  sample: spread(),
});
describeOp('kWinners, k = 5', {
  op: (x) => kWinners(x!, { k: 5 }),
  float64: (x) => winners64(5, (shape) => shape[1]!)(x!),
  shapes: [[[3, 7]], [[2, 5]], [[4, 33]]],
  sample: spread(),
});
describeOp('kWinners, k = 5, ties broken', {
  op: (x) => kWinners(x!, { k: 5, breakTies: true }),
  float64: (x) => winners64(5, (shape) => shape[1]!)(x!),
  shapes: [[[3, 7]], [[2, 5]], [[4, 33]]],
  sample: spread(),
});
describeOp('kWinners2d, global', {
  op: (x) => kWinners2d(x!, { k: 4 }),
  float64: (x) => winners64(4, ([, h, w, c]) => h! * w! * c!)(x!),
  shapes: [[[1, 2, 2, 1]], [[2, 3, 2, 3]], [[0, 2, 2, 2]]],
  sample: spread(),
});
describeOp('kWinners2d, local', {
  op: (x) => kWinners2d(x!, { k: 2, local: true }),
  float64: (x) => winners64(2, (shape) => shape[3]!)(x!),
  shapes: [[[1, 2, 2, 2]], [[2, 3, 2, 3]]],
  sample: spread(),
});

const kept = async (y: tf.Tensor) => {
  const rows = (await y.array()) as number[][];
  y.dispose();
  return rows.map((row) => row.flatMap((value, i) => (value === 0 ? [] : [i])));
};

describe('kWinners: closed form', () => {
  const x = [
    [1.5, 1.02, 1.1, 1.3, 0.2, 1.03],
    [1.11, 1.04, 1.2, 1.6, 1.01, 1.05],
  ];
  const duty = [0.5, 0.25, 0.5, 0.25, 0.5, 0.25];

  it.each([
    [
      0,
      [
        [0, 2, 3],
        [0, 2, 3],
      ],
    ],
    [
      1,
      [
        [0, 3, 5],
        [1, 3, 5],
      ],
    ],
    [
      2,
      [
        [1, 3, 5],
        [1, 3, 5],
      ],
    ],
  ])('boost %d lets those win that seldom did', async (boost, expected) => {
    expect(await kept(kWinners(x, { k: 3, duty, boost }))).toEqual(expected);
  });

  it('passes on values without the boost', async () => {
    const y = kWinners(x, { k: 3, duty, boost: 2 });
    expect(await y.data()).toBeAllClose([0, 1.02, 0, 1.3, 0, 1.03, 0, 1.04, 0, 1.6, 0, 1.05]);
    y.dispose();
  });

  it('keeps more than k among equals, or the first of them', async () => {
    const equal = [[1, 1, 1, 0.5]];
    expect(await kept(kWinners(equal, { k: 2 }))).toEqual([[0, 1, 2]]);
    expect(await kept(kWinners(equal, { k: 2, breakTies: true }))).toEqual([[0, 1]]);
  });

  it('promotes negative frequent winners when it multiplies, and not when it adds', async () => {
    const negative = [[-1, -1.1]];
    const options = { k: 1, duty: [0, 1], boost: 1 };
    expect(await kept(kWinners(negative, options))).toEqual([[1]]);
    expect(await kept(kWinners(negative, { ...options, boostMode: 'additive' }))).toEqual([[0]]);
  });

  it('lets nothing below 0 win with relu', async () => {
    const x = [[-1, 2, -3, 1]];
    expect(await kept(kWinners(x, { k: 3 }))).toEqual([[0, 1, 3]]);
    expect(await kept(kWinners(x, { k: 3, relu: true }))).toEqual([[1, 3]]);
    expect(await kept(kWinners(x, { k: 3, relu: true, breakTies: true }))).toEqual([[1, 3]]);
  });

  it('has the winners of the dendritic layer', async () => {
    const z = [
      [0.053121, -1.78779, 1.336376],
      [0.045515, 0.014389, -0.182765],
    ];
    expect(await kept(kWinners(z, { k: 2 }))).toEqual([
      [0, 2],
      [0, 1],
    ]);
    expect(await kept(kWinners(z, { k: 1 }))).toEqual([[2], [0]]);
  });

  it('keeps the largest of a whole image, or at each pixel', async () => {
    const image = [
      [
        [
          [0.045606, 0.287221],
          [0.136819, 0.574443],
        ],
        [
          [0.228032, 0.861664],
          [0.319245, 1.148885],
        ],
      ],
    ];
    const [whole, local] = [kWinners2d(image, { k: 2 }), kWinners2d(image, { k: 1, local: true })];
    expect(await whole.data()).toBeAllClose([0, 0, 0, 0, 0, 0.861664, 0, 1.148885]);
    expect(await local.data()).toBeAllClose([0, 0.287221, 0, 0.574443, 0, 0.861664, 0, 1.148885]);
    tf.dispose([whole, local]);
  });
});

describe('kWinners: edges', () => {
  it('keeps all for k = N, NaN apart', async () => {
    const y = kWinners([[3, -1, 2]], { k: 3 });
    expect(await y.data()).toBeAllClose([3, -1, 2]);
    y.dispose();
  });

  it('handles infinities, signed zeros and denormal neighbours', async () => {
    const x = [[-Infinity, 1e-40, 0, Infinity, -0, -1e-3]];
    expect(await kept(kWinners(x, { k: 1 }))).toEqual([[3]]);
    const many = kWinners([Array.from({ length: 300 }, (_, i) => ((i * 7919) % 300) - 150)], { k: 17 });
    const values = [...(await many.data())].filter((value) => value !== 0).sort((a, b) => a - b);
    expect(values).toEqual(Array.from({ length: 17 }, (_, i) => 133 + i));
    many.dispose();
  });
});

describe('kWinners: gradient', () => {
  it('reaches winners alone, with boosting too', async () => {
    const x = tf.tensor2d([[1, 3, 2, 0.5]]);
    const gradient = tf.grad((x) => kWinners(x, { k: 2, duty: [0, 2, 0, 0], boost: 1 }))(x);
    expect(await gradient.data()).toBeAllClose([1, 0, 1, 0]);
    await expectNoTensorLeak(() =>
      tf.dispose(tf.grad((x) => kWinners(x, { k: 2, duty: [0, 2, 0, 0], boost: 1 }))(x)),
    );
    tf.dispose([x, gradient]);
  });
});

describe('kWinners: errors', () => {
  it('name what they got and what they want', () => {
    expect(() => kWinners([[1, 2]], { k: 3 })).toThrow(
      'kWinners: options.k must be an integer from 1 to the 2 candidates, got 3.',
    );
    expect(() => kWinners([1, 2], { k: 1 })).toThrow('kWinners: x must be of shape [B, N]');
    expect(() => kWinners([[1, 2]], { k: 1, boost: -1 })).toThrow(
      'kWinners: options.boost must be a number ≥ 0, got -1.',
    );
    expect(() => kWinners([[1, 2]], { k: 1, duty: [0.5], boost: 1 })).toThrow(
      'kWinners: options.duty must be a tensor of shape [2], got [0.5].',
    );
    expect(() => kWinners([[1, 2]], { k: 1, boostMode: 'none' as never })).toThrow(ArgumentError);
    expect(() => kWinners2d([[[[1, 2]]]], { k: 3, local: true })).toThrow(
      'kWinners2d: options.k must be an integer from 1 to the 2 candidates, got 3.',
    );
  });
});
