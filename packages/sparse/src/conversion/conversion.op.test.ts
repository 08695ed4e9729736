import { array64, describeOp } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { sparsePattern, topologyOf } from '../pattern/sparse-pattern.ts';
import { positionsOf } from '../pattern/topology.ts';
import { closedForm, scattered } from '../testing/topologies.ts';
import { fromDense } from './from-dense.ts';
import { toDense } from './to-dense.ts';

const topology = scattered(7, 5, 12);
const pattern = sparsePattern(topology);

describeOp('toDense', {
  op: (values) => toDense({ pattern, values: values! }),
  float64: ({ values }) => {
    const w = new Float64Array(35);
    for (const [p, position] of positionsOf(topology).entries()) {
      w[(position % 7) * 5 + Math.floor(position / 7)] = values[p]!;
    }
    return array64([7, 5], w);
  },
  shapes: [[[12]]],
});

describe('fromDense: closed form', () => {
  it('keeps what is not 0, and toDense brings it back', async () => {
    const w = tf.tensor2d([
      [0.2, 0],
      [0, 0.1],
      [-0.3, 0.5],
    ]);
    const sparse = await fromDense(w);
    expect(await topologyOf(sparse.pattern)).toEqual(closedForm.topology);
    expect(await sparse.values.data()).toEqual(Float32Array.from(closedForm.values));
    expect(await toDense(sparse).data()).toEqual(await w.data());
  });

  it.each([
    ['rowIndices' as const, [0, 3, 1, 2]],
    ['rowIndices' as const, [2, 0, 1, 2]],
    ['columnIndices' as const, [0, 1, 0, -1]],
    ['permutation' as const, [0, 2, 1, 9]],
  ])('errors: refuses a pattern whose %s are %o', (name, indices) => {
    const whole = sparsePattern(closedForm.topology);
    const broken = { ...whole, [name]: tf.tensor1d(indices, 'int32') };
    expect(() => toDense({ pattern: broken, values: tf.ones([4]) })).toThrow('sparse product: ');
  });

  it('errors: wants a matrix', async () => {
    await expect(fromDense([1, 2])).rejects.toThrow('fromDense: w must be a matrix [inputs, outputs]');
  });
});
