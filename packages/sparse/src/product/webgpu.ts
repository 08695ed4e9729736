import { runFlatProgram } from '@arborize/core';
import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import {
  activationShape,
  batchOf,
  type ProductCall,
  type SampledCall,
  strides,
  walkOf,
} from './product-call.ts';

/** One invocation for each element of the result, which gathers what its stored values meet: no atomics. */
export function product(
  x: Tensor,
  values: Tensor,
  bias: Tensor | null,
  call: ProductCall,
  backend: KernelBackend,
): TensorInfo | null {
  const { inputs, outputs, pointers, indices, permutation } = walkOf(call);
  // Empty tensors have no buffer to bind.
  if (call.pattern.size === 0 || x.size === 0) return null;
  const batch = batchOf(x, call.layout);
  const [xFeature, xExample] = strides(call.layout, batch, inputs);
  const batchMajor = call.layout === 'batchMajor';
  return runFlatProgram(backend, {
    key: `sparseProduct_${call.layout}_${permutation ? 'permuted' : 'direct'}_${bias ? 'bias' : 'plain'}${call.rectified ? '_relu' : ''}`,
    inputs: {
      X: x,
      Values: values,
      Pointers: pointers,
      Indices: indices,
      ...(permutation && { Permutation: permutation }),
      ...(bias && { Bias: bias }),
    },
    outputShape: activationShape(call.layout, batch, outputs),
    integers: { inner: batchMajor ? outputs : batch, xFeature, xExample },
    code: `
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let outer = index / uniforms.inner;
        let within = index - outer * uniforms.inner;
        let output = ${batchMajor ? 'within' : 'outer'};
        let x = ${batchMajor ? 'outer' : 'within'} * uniforms.xExample;
        var sum = ${bias ? 'Bias[output]' : '0.0'};
        for (var p = Pointers[output]; p < Pointers[output + 1]; p++) {
          sum += Values[${permutation ? 'Permutation[p]' : 'p'}] * X[x + Indices[p] * uniforms.xFeature];
        }
        result[index] = ${call.rectified ? 'max(sum, 0.0)' : 'sum'};
      }`,
  });
}

/** One invocation for each stored position, which finds its column by bisection. */
export function sampled(
  a: Tensor,
  b: Tensor,
  { pattern, layout }: SampledCall,
  backend: KernelBackend,
): TensorInfo | null {
  if (pattern.size === 0 || a.size === 0) return null;
  const [inputs, outputs] = pattern.shape;
  const batch = batchOf(a, layout);
  const [aFeature, aExample] = strides(layout, batch, inputs);
  const [bFeature, bExample] = strides(layout, batch, outputs);
  return runFlatProgram(backend, {
    key: 'sparseSampled',
    inputs: { A: a, B: b, Pointers: pattern.columnPointers, Rows: pattern.rowIndices },
    outputShape: [pattern.size],
    integers: { outputs, batch, aFeature, aExample, bFeature, bExample },
    code: `
      ${columnOf}
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let a = Rows[index] * uniforms.aFeature;
        let b = columnOf(index) * uniforms.bFeature;
        var sum = 0.0;
        for (var k = 0; k < uniforms.batch; k++) {
          sum += A[a + k * uniforms.aExample] * B[b + k * uniforms.bExample];
        }
        result[index] = sum;
      }`,
  });
}

/** The column whose run of stored values holds p: the last one that begins at or before it. */
const columnOf = `
  fn columnOf(p : i32) -> i32 {
    var low = 0;
    var high = uniforms.outputs;
    while (high - low > 1) {
      let middle = (low + high) / 2;
      if (Pointers[middle] <= p) { low = middle; } else { high = middle; }
    }
    return low;
  }`;
