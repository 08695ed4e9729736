import { tensorflowDtype, withTensorflow } from '@arborize/core';
import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { repairEmptyConvolutions } from '../empty-convolutions.ts';
import { registerHostKernels } from '../host-kernels.ts';
import { replaceKernel } from '../replace-kernel.ts';
import { repairExplicitPadding } from './explicit-padding.ts';

/** What tfjs-node lacks. */
const ON_HOST = [
  'DenseBincount',
  'MaxPoolWithArgmax',
  'RaggedGather',
  'RaggedRange',
  'RaggedTensorToTensor',
  'RotateWithOffset',
  'SearchSorted',
  'SparseFillEmptyRows',
  'SparseReshape',
  'SparseSegmentMean',
  'SparseSegmentSum',
  'StringNGrams',
  'StringSplit',
  'StringToHashBucketFast',
  'Transform',
];

/** Fills the gaps of tfjs-node and repairs its kernels. Calling it again changes nothing. */
export async function registerTensorflowKernels(): Promise<void> {
  replaceKernel('tensorflow', 'BitwiseAnd', () => ({ inputs, backend }) => {
    const { a, b } = inputs as { a: TensorInfo; b: TensorInfo };
    return withTensorflow(backend as KernelBackend, ({ input, op, output }) => {
      const [y] = op('BitwiseAnd', [input(a), input(b)], { T: { type: tensorflowDtype.int32 } });
      return output(y!);
    });
  });
  // TensorFlow 2.21 rounds integers to zero.
  replaceKernel('tensorflow', 'Round', (stock) => (call) => {
    const { x } = call.inputs as { x: TensorInfo };
    return x.dtype === 'int32' ? tf.clone(x as tf.Tensor) : stock!(call);
  });
  repairEmptyConvolutions('tensorflow');
  repairExplicitPadding();
  await registerHostKernels('tensorflow', ON_HOST);
}
