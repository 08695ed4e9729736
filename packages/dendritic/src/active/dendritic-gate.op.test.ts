import { type Array64, array64, describeOp } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { dendriticGate } from './dendritic-gate.ts';
import type { GateMode } from './gate-mode.ts';

const sigma = (x: number) => 1 / (1 + Math.exp(-x));

const gate64 = (mode: GateMode) => (y: Array64, d: Array64) => {
  const [batch, units, segments] = d.shape as [number, number, number];
  const inner = y.values.length / Math.max(1, batch * units);
  const magnitude = mode.startsWith('abs');
  const values = y.values.map((value, i) => {
    const sample = Math.floor(i / (inner * units));
    const unit = i % units;
    const of = [
      ...d.values.slice((sample * units + unit) * segments, (sample * units + unit + 1) * segments),
    ];
    const a = of.reduce((best, next) =>
      (magnitude ? Math.abs(next) > Math.abs(best) : next > best) ? next : best,
    );
    if (mode === 'bias') return value + a;
    return value * sigma(mode === 'absMaxGateUnsigned' ? Math.abs(a) : a);
  });
  return array64(y.shape, values);
};

for (const mode of ['absMaxGate', 'maxGate', 'absMaxGateUnsigned', 'bias'] as const) {
  describeOp(`dendriticGate ${mode}`, {
    op: (y, d) => dendriticGate(y!, d!, { mode }),
    float64: (y, d) => gate64(mode)(y!, d!),
    shapes: [
      [
        [1, 1],
        [1, 1, 1],
      ],
      [
        [2, 3],
        [2, 3, 4],
      ],
      [
        [0, 2],
        [0, 2, 3],
      ],
      [
        [2, 2, 1, 3],
        [2, 3, 2],
      ],
    ],
  });
}

describe('dendriticGate: closed form', () => {
  const y = [[1.5, -2, 0.75]];
  const d = [
    [
      [0.2, -0.9, 0.5],
      [-0.3, 0.1, 0.25],
      [1.2, -1.2, 0.4],
    ],
  ];

  it.each([
    ['absMaxGate', [0.433576, -0.851115, 0.576394]],
    ['maxGate', [0.933689, -1.124353, 0.576394]],
    ['absMaxGateUnsigned', [1.066424, -1.148885, 0.576394]],
    ['bias', [2, -1.75, 1.95]],
  ] as const)('%s', async (mode, expected) => {
    const z = dendriticGate(y, d, { mode });
    expect(await z.data()).toBeAllClose(expected);
    z.dispose();
  });

  it('does nothing without segments', async () => {
    const z = dendriticGate(y, tf.zeros([1, 3, 0]));
    expect(await z.data()).toBeAllClose(y[0]!);
    z.dispose();
  });

  it('gates the channels of an image', async () => {
    const image = tf.tensor4d(
      [1, 2, 3, 4, 5, 6, 7, 8].map((x) => x / 4),
      [1, 2, 2, 2],
    );
    const z = dendriticGate(image, [
      [
        [0.5, -1.5],
        [0.3, 0.2],
      ],
    ]);
    expect(await z.data()).toBeAllClose([
      0.045606, 0.287221, 0.136819, 0.574443, 0.228032, 0.861664, 0.319245, 1.148885,
    ]);
    tf.dispose([image, z]);
  });
});

describe('dendriticGate: gradient', () => {
  it('goes to the first of equal segments', async () => {
    const [y, d] = [tf.tensor2d([[2]]), tf.tensor3d([[[-1, 1, 1]]])];
    const [dy, dd] = tf.grads((y, d) => dendriticGate(y, d))([y, d]);
    expect(await dy!.data()).toBeAllClose([sigma(-1)]);
    expect(await dd!.data()).toBeAllClose([2 * sigma(-1) * sigma(1), 0, 0]);
    tf.dispose([y, d, dy!, dd!]);
  });
});

describe('dendriticGate: errors', () => {
  it('name what they got and what they want', () => {
    expect(() => dendriticGate([[1, 2]], [[[1], [2], [3]]])).toThrow(
      'dendriticGate: d must be of shape [1, 2, segments], got a float32 tensor of shape [1, 3, 1].',
    );
    expect(() => dendriticGate([1], [[[1]]])).toThrow(
      'dendriticGate: y must be of shape [B, H] or [B, h, w, H]',
    );
    expect(() => dendriticGate([[1]], [[[1]]], { mode: 'max' as never })).toThrow(
      "dendriticGate: options.mode must be 'absMaxGate', 'maxGate', 'absMaxGateUnsigned', 'bias', got 'max'.",
    );
  });
});
