import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { expectNoTensorLeak, onlyOn } from '../testing.ts';
import {
  type TensorflowHandle,
  type TensorflowOps,
  tensorflowDtype,
  withTensorflow,
} from './with-tensorflow.ts';

const { bfloat16, float32, int32, int64, int8 } = tensorflowDtype;

function cast({ op }: TensorflowOps, x: TensorflowHandle, from: number, to: number): TensorflowHandle {
  return op('Cast', [x], { SrcT: { type: from }, DstT: { type: to }, Truncate: { bool: false } })[0]!;
}

const bfloat16Product = (a: tf.Tensor, b: tf.Tensor) =>
  withTensorflow(tf.backend(), (ops) => {
    const [x, y] = [a, b].map((tensor) => cast(ops, ops.input(tensor), float32, bfloat16)) as [
      TensorflowHandle,
      TensorflowHandle,
    ];
    const attributes = { T: { type: bfloat16 }, transpose_a: { bool: false }, transpose_b: { bool: false } };
    return ops.output(cast(ops, ops.op('MatMul', [x, y], attributes)[0]!, bfloat16, float32));
  });

describe('withTensorflow', () => {
  onlyOn(['tensorflow'], 'raw TensorFlow ops');

  it('multiplies in bfloat16, a dtype that TensorFlow.js lacks, and frees every handle', async () => {
    const [a, b] = [tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])];
    const y = bfloat16Product(a, b);
    expect(await y.data()).toBeAllClose([11]);
    y.dispose();
    await expectNoTensorLeak(() => bfloat16Product(a, b).dispose());
    tf.dispose([a, b]);
  });

  it('multiplies int8 constants exactly into int32', async () => {
    const y = withTensorflow(tf.backend(), (ops) => {
      const constant = (values: number[], shape: number[]) =>
        cast(ops, ops.constant(Int32Array.from(values), shape, int32), int32, int8);
      const attributes = {
        Ta: { type: int8 },
        Tb: { type: int8 },
        Tout: { type: int32 },
        adj_x: { bool: false },
        adj_y: { bool: false },
      };
      return ops.output(
        ops.op('BatchMatMulV3', [constant([100, -50], [1, 2]), constant([120, 3], [2, 1])], attributes)[0]!,
      );
    });
    expect([...(await y.data())]).toEqual([11850]);
    y.dispose();
  });

  it('multiplies a sparse matrix in rows, whose handle is a variant', async () => {
    // [[0, 2], [3, 0], [0, 0]] · [[10], [1]]
    const [nonZero, dense] = [tf.tensor1d([2, 3]), tf.tensor2d([[10], [1]])];
    const run = () =>
      withTensorflow(tf.backend(), ({ input, constant, op, output }) => {
        const indices = constant(BigInt64Array.of(0n, 1n, 1n, 0n), [2, 2], int64);
        const shape = constant(BigInt64Array.of(3n, 2n), [2], int64);
        const T = { type: float32 };
        const [rows] = op('SparseTensorToCSRSparseMatrix', [indices, input(nonZero), shape], { T });
        const no = { bool: false };
        const [product] = op('SparseMatrixMatMul', [rows!, input(dense)], {
          T,
          ...{ transpose_a: no, transpose_b: no, adjoint_a: no, adjoint_b: no },
          ...{ transpose_output: no, conjugate_output: no },
        });
        return output(product!);
      });
    const y = run();
    expect(y.shape).toEqual([3, 1]);
    expect([...(await y.data())]).toEqual([2, 30, 0]);
    y.dispose();
    await expectNoTensorLeak(() => run().dispose());
    tf.dispose([nonZero, dense]);
  });

  it('frees its handles when the body throws', async () => {
    const a = tf.ones([2]);
    await expectNoTensorLeak(() =>
      expect(() =>
        withTensorflow(tf.backend(), (ops) => {
          cast(ops, ops.input(a), float32, bfloat16);
          return ops.op('NoSuchOp', [], {});
        }),
      ).toThrow('NoSuchOp'),
    );
    a.dispose();
  });
});
