import { describeOp } from '@arborize/core/testing';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { signedGeomean } from './signed-geomean.ts';
import { groups64, spread } from './testing.ts';

const geomean64 = (zs: number[]) => {
  const product = zs.reduce((a, b) => a * b, 1);
  return Math.sign(product) * Math.abs(product) ** (1 / zs.length);
};

describeOp('signedGeomean', {
  op: (x) => signedGeomean(x!),
  float64: groups64([geomean64]),
  shapes: [[[3, 10]], [[0]], [[2]], [[2, 1, 2, 1, 2, 4]]],
  sample: spread(),
});
describeOp('signedGeomean of 3 on axis 1', {
  op: (x) => signedGeomean(x!, { k: 3, axis: 1 }),
  float64: groups64([geomean64], { k: 3, axis: 1 }),
  shapes: [[[2, 6, 5]], [[2, 0, 2]]],
  sample: spread(),
});

async function slopes(op: (x: Tensor) => Tensor, xs: readonly number[]) {
  const x = tf.tensor1d([...xs]);
  const dx = tf.grad(op)(x);
  const values = await dx.data();
  tf.dispose([x, dx]);
  return values;
}

describe('signedGeomean: edges', () => {
  it('has no gradient at a zero, and limits it if asked', async () => {
    expect(await slopes((x) => signedGeomean(x), [0, 4, 100, 0.01])).toBeAllClose([0, 0, 0.005, 50]);
    expect(await slopes((x) => signedGeomean(x, { clampGrad: 2 }), [100, -0.01])).toBeAllClose([-0.005, 2]);
  });

  it('does not lose a product of many small values', async () => {
    const x = tf.fill([40], 1e-3);
    const y = signedGeomean(x, { k: 40 });
    expect(await y.data()).toBeAllClose([1e-3]);
    tf.dispose([x, y]);
  });
});

describe('signedGeomean: errors', () => {
  it('name what they got and what they want', () => {
    expect(() => signedGeomean([1, 2, 3])).toThrow('the number of channels must be a multiple of 2');
    expect(() => signedGeomean([1, 2], { clampGrad: 0 })).toThrow(
      'signedGeomean: options.clampGrad must be a positive number, got 0.',
    );
  });
});
