import { runFlatProgram } from '@arborize/core';
import type { CastAttrs, KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel.ts';

/** The stock cast of integers to floats changes the name of the dtype only, which kernels that read bits take for floats. */
export function repairCast(): void {
  replaceKernel('webgpu', 'Cast', (stock) => (call) => {
    const { x } = call.inputs as { x: TensorInfo };
    const { dtype } = call.attrs as unknown as CastAttrs;
    if (dtype !== 'float32' || (x.dtype !== 'int32' && x.dtype !== 'bool')) return stock!(call);
    return runFlatProgram(call.backend as KernelBackend, {
      key: 'backends_cast_to_float',
      inputs: { X: x },
      outputShape: x.shape,
      code: 'fn main(index: i32) { if (index < uniforms.size) { result[index] = f32(X[index]); } }',
    });
  });
}
