import { type Array64, array64, describeOp, onlyOn } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { dacConv1d } from './dac-conv-1d.ts';
import { dacConv2d } from './dac-conv-2d.ts';

interface Geometry {
  readonly stride?: number;
  readonly dilation?: number;
  readonly pad?: 'same' | 'valid';
  readonly phi?: (z: number) => number;
}

/** The convolution as loops over every tap; x [N, H, W, I], filter [kh, kw, I, O], bias [I, G] or [kh, kw, I, G]. */
function conv64({ stride = 1, dilation = 1, pad = 'valid', phi = (z) => Math.max(0, z) }: Geometry) {
  return (x: Array64, k: Array64, b: Array64): Array64 => {
    const [N, H, W, I] = x.shape as [number, number, number, number];
    const [kh, kw, , O] = k.shape as [number, number, number, number];
    const G = b.shape.at(-1)!;
    const along = (size: number, taps: number) => {
      const reach = (taps - 1) * dilation + 1;
      const out = pad === 'same' ? Math.ceil(size / stride) : Math.floor((size - reach) / stride) + 1;
      return { out, before: pad === 'same' ? Math.max(0, (out - 1) * stride + reach - size) >> 1 : 0 };
    };
    const [rows, columns] = [along(H, kh), along(W, kw)];
    const [P, Q] = [rows.out, columns.out];
    const z = new Float64Array(N * P * Q * O);
    for (let at = 0; at < z.length; at++) {
      const o = at % O;
      const q = Math.floor(at / O) % Q;
      const p = Math.floor(at / O / Q) % P;
      const n = Math.floor(at / O / Q / P);
      for (let u = 0; u < kh; u++) {
        for (let v = 0; v < kw; v++) {
          const [h, w] = [
            p * stride - rows.before + u * dilation,
            q * stride - columns.before + v * dilation,
          ];
          if (h < 0 || h >= H || w < 0 || w >= W) continue;
          for (let i = 0; i < I; i++) {
            const tap = b.shape.length === 4 ? (u * kw + v) * I : 0;
            const bias = b.values[(tap + i) * G + Math.floor((o * G) / O)]!;
            const weight = k.values[((u * kw + v) * I + i) * O + o]!;
            z[at]! += weight * phi(x.values[((n * H + h) * W + w) * I + i]! + bias);
          }
        }
      }
    }
    return array64([N, P, Q, O], z);
  };
}

const reference = (geometry: Geometry) => conv64(geometry) as (...arrays: Array64[]) => Array64;

describeOp('dacConv2d, same', {
  op: (x, k, b) => dacConv2d(x!, k!, b!, 1, 'same'),
  float64: reference({ pad: 'same' }),
  shapes: [
    [
      [1, 4, 3, 2],
      [3, 2, 2, 3],
      [2, 3],
    ],
    [
      [2, 3, 3, 1],
      [1, 1, 1, 2],
      [1, 2],
    ],
    [
      [1, 5, 4, 5],
      [3, 3, 5, 2],
      [5, 1],
    ],
    [
      [0, 4, 3, 2],
      [3, 2, 2, 3],
      [2, 3],
    ],
  ],
});
for (const [stride, dilation] of [
  [2, 1],
  [3, 1],
  [1, 2],
] as const) {
  describeOp(`dacConv2d, valid, strides ${stride}, dilations ${dilation}`, {
    op: (x, k, b) => dacConv2d(x!, k!, b!, stride, 'valid', { dilations: dilation }),
    float64: reference({ stride, dilation }),
    shapes: [
      [
        [2, 6, 5, 2],
        [2, 2, 2, 4],
        [2, 4],
      ],
    ],
  });
}
describeOp('dacConv2d, same, strides 2', {
  op: (x, k, b) => dacConv2d(x!, k!, b!, 2, 'same'),
  float64: reference({ stride: 2, pad: 'same' }),
  shapes: [
    [
      [1, 5, 4, 2],
      [3, 3, 2, 2],
      [2, 2],
    ],
  ],
});
describeOp('dacConv2d, a bias for every tap', {
  op: (x, k, b) => dacConv2d(x!, k!, b!, 1, 'same', { biasMode: 'tap' }),
  float64: reference({ pad: 'same' }),
  shapes: [
    [
      [1, 3, 4, 2],
      [2, 3, 2, 2],
      [2, 3, 2, 2],
    ],
    [
      [1, 3, 4, 1],
      [2, 3, 1, 4],
      [2, 3, 1, 2],
    ],
  ],
});
describeOp('dacConv2d, elu, which is not 0 where nothing is', {
  op: (x, k, b) => dacConv2d(x!, k!, b!, 1, 'same', { activation: 'elu' }),
  float64: reference({ pad: 'same', phi: (z) => (z > 0 ? z : Math.expm1(z)) }),
  shapes: [
    [
      [1, 3, 4, 2],
      [3, 3, 2, 2],
      [2, 2],
    ],
  ],
});
describeOp('dacConv2d, any activation', {
  op: (x, k, b) => dacConv2d(x!, k!, b!, 2, 'same', { activation: (z) => tf.sigmoid(z) }),
  float64: reference({ stride: 2, pad: 'same', phi: (z) => 1 / (1 + Math.exp(-z)) }),
  shapes: [
    [
      [1, 3, 4, 2],
      [3, 3, 2, 2],
      [2, 2],
    ],
  ],
});

/** The same loops over steps [N, T, I], filter [k, I, O] and bias [I, G] or [k, I, G]. */
function steps64(geometry: Geometry) {
  const rows = ({ shape, values }: Array64, axis: number) => array64(shape.toSpliced(axis, 0, 1), values);
  return ((x: Array64, k: Array64, b: Array64) => {
    const z = conv64(geometry)(rows(x, 1), rows(k, 0), b.shape.length === 3 ? rows(b, 0) : b);
    return array64(z.shape.toSpliced(1, 1), z.values);
  }) as (...arrays: Array64[]) => Array64;
}

describeOp('dacConv1d, same, strides 2, a bias for every tap', {
  op: (x, k, b) => dacConv1d(x!, k!, b!, 2, 'same', { biasMode: 'tap' }),
  float64: steps64({ stride: 2, pad: 'same' }),
  shapes: [
    [
      [2, 7, 2],
      [3, 2, 2],
      [3, 2, 2],
    ],
  ],
});
describeOp('dacConv1d, valid, dilation 2', {
  op: (x, k, b) => dacConv1d(x!, k!, b!, 1, 'valid', { dilation: 2 }),
  float64: steps64({ dilation: 2 }),
  shapes: [
    [
      [2, 7, 3],
      [3, 3, 4],
      [3, 2],
    ],
    [
      [1, 5, 1],
      [2, 1, 3],
      [1, 3],
    ],
  ],
});

describe('dacConv2d: closed form', () => {
  const x = tf.tensor(
    Array.from({ length: 9 }, (_, i) => i / 4 - 1),
    [1, 3, 3, 1],
  );
  const k = tf.tensor([1, -0.5, -1, 0.25, 0.5, 1, 2, 1], [2, 2, 1, 2]);
  const b = [[0.5, -0.25]];
  const channels = async (z: tf.Tensor) => {
    const parts = tf.split(z, 2, -1);
    return Promise.all(parts.map((part) => part.data()));
  };

  it('has the values of the example without padding', async () => {
    const [first, second] = await channels(dacConv2d(x, k, b, 1, 'valid'));
    expect(first!).toBeAllClose([1.125, 1.75, 2.75, 3.375]);
    expect(second!).toBeAllClose([0, 0, 0.75, 1.25]);
  });

  it('has the values of the example with zeros around what connections answer', async () => {
    const [first, second] = await channels(dacConv2d(x, k, b, 1, 'same'));
    expect(first!).toBeAllClose([1.125, 1.75, 0.375, 2.75, 3.375, 1.5, -0.25, -0.25, 1.5]);
    expect(second!).toBeAllClose([0, 0, 0, 0.75, 1.25, 0.75, 0, -0.0625, -0.375]);
  });

  it('has the values of the example with a bias for every tap', async () => {
    const taps = tf.tensor([0, 1, 0.5, -1, -0.5, 0.25, 1, 0], [2, 2, 1, 2]);
    const [first, second] = await channels(dacConv2d(x, k, taps, 1, 'valid', { biasMode: 'tap' }));
    expect(first!).toBeAllClose([2, 2.5, 3, 3.375]);
    expect(second!).toBeAllClose([0, 0.375, 1.125, 1.5]);
  });
});

describe('dacConv2d: many images', () => {
  onlyOn(['cpu', 'wasm', 'tensorflow'], 'patches of 600 images, which a software GPU makes in minutes');

  it('makes the patches of a batch image by image', async () => {
    // 600 images of 2³ × 2³ pixels with 9 taps do not fit in memory at once by the limits of the op.
    const x = tf.randomNormal([600, 16, 16, 1], 0, 1, 'float32', 1);
    const k = tf.randomNormal([3, 3, 1, 1], 0, 1, 'float32', 2);
    const bias = tf.tensor2d([[0.3]]);
    const pixels = 600 * 16 * 16;
    const tolerance = { absolute: 1e-3 * Math.sqrt(pixels), relative: 1e-3 };
    const actual = tf.grads((x, k, b) => tf.sum(dacConv2d(x!, k!, b!, 1, 'same')))([x, k, bias]);
    const ordinary = (x: tf.Tensor, k: tf.Tensor, b: tf.Tensor) =>
      tf.sum(tf.conv2d(tf.relu(tf.add(x, tf.reshape(b, []))) as tf.Tensor4D, k as tf.Tensor4D, 1, 'same'));
    const expected = tf.grads((x, k, b) => ordinary(x!, k!, b!))([x, k, bias]);
    for (const [i, gradient] of actual.entries()) {
      expect(await gradient.data()).toBeAllClose(await expected[i]!.data(), tolerance);
    }
    tf.dispose([x, k, bias, ...actual, ...expected]);
  });
});

describe('dacConv2d: edges', () => {
  it('takes one image without its batch, and steps without theirs', async () => {
    expect(dacConv2d(tf.ones([3, 3, 2]), tf.ones([2, 2, 2, 1]), [[0], [1]], 1, 'valid').shape).toEqual([
      2, 2, 1,
    ]);
    const z = dacConv1d([[0], [1], [2]], tf.ones([2, 1, 1]), [[-0.5]], 1, 'valid');
    expect(z.shape).toEqual([2, 1]);
    expect(await z.data()).toBeAllClose([0.5, 2]);
  });
});

describe('dacConv2d: errors', () => {
  it('names what it got and what it wants', () => {
    const [x, k] = [tf.zeros([1, 3, 3, 2]), tf.zeros([2, 2, 2, 4])];
    expect(() => dacConv2d(x, k, tf.zeros([2, 3]), 1, 'same')).toThrow(
      'dacConv2d: bias must be of shape [2, G] with G dividing 4, got a float32 tensor of shape [2, 3].',
    );
    expect(() => dacConv2d(x, k, tf.zeros([2, 4]), 1, 'same', { biasMode: 'tap' })).toThrow(
      'dacConv2d: bias must be of shape [2, 2, 2, G] with G dividing 4, got a float32 tensor of shape [2, 4].',
    );
    expect(() => dacConv2d(x, tf.zeros([2, 2, 3, 4]), tf.zeros([3, 4]), 1, 'same')).toThrow(
      'dacConv2d: x must be of shape [N, H, W, 3] or [H, W, 3], for a filter of shape [2,2,3,4], got',
    );
    expect(() => dacConv2d(x, k, tf.zeros([2, 4]), 0, 'same')).toThrow(
      'dacConv2d: strides must be a positive integer or two of them, got 0.',
    );
    expect(() => dacConv2d(x, k, tf.zeros([2, 4]), 1, 'valid', { dilations: 4 })).toThrow(
      'dacConv2d: x must be at least as large as the window of 2 × 2 pixels, dilated by 4 × 4, got',
    );
    expect(() => dacConv2d(x, k, tf.zeros([2, 4]), 1, 'same', { biasMode: 'weight' as never })).toThrow(
      "dacConv2d: options.biasMode must be 'channel' or 'tap', got 'weight'.",
    );
  });
});
