import { runFlatProgram } from '@arborize/core';
import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel.ts';

/** The stock backend has no such kernel. */
export function provideBitwiseAnd(): void {
  replaceKernel('webgpu', 'BitwiseAnd', () => ({ inputs, backend }) => {
    const { a, b } = inputs as { a: TensorInfo; b: TensorInfo };
    return runFlatProgram(backend as KernelBackend, {
      key: 'backends_bitwise_and',
      inputs: { A: a, B: b },
      outputShape: a.shape,
      outputDtype: 'int32',
      code: 'fn main(index: i32) { if (index < uniforms.size) { result[index] = A[index] & B[index]; } }',
    });
  });
}
