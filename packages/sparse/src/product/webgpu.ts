import { counterRandomWgsl, runFlatProgram } from '@arborize/core';
import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import {
  type Activation,
  activationShape,
  batchOf,
  type ProductCall,
  type SampledCall,
  strides,
  walkOf,
} from './product-call.ts';

/**
 * One invocation for each element of the result, which gathers what its stored values meet: no atomics. With a negative slope
 * there would be a second result, which is not made here.
 */
export function product(
  x: Tensor,
  values: Tensor,
  bias: Tensor | null,
  call: ProductCall & Partial<Activation>,
  backend: KernelBackend,
): TensorInfo | null {
  const { slope = 1, mask } = call;
  if (slope < 0) return null;
  const { inputs, outputs, pointers, indices, permutation } = walkOf(call);
  // Empty tensors have no buffer to bind.
  if (call.pattern.size === 0 || x.size === 0) return null;
  const batch = batchOf(x, call.layout);
  const [xFeature, xExample] = strides(call.layout, batch, inputs);
  const batchMajor = call.layout === 'batchMajor';
  return runFlatProgram(backend, {
    key: `sparseProduct_${call.layout}_${permutation ? 'permuted' : 'direct'}_${bias ? 'bias' : 'plain'}_${mask ? 'masked' : 'whole'}`,
    inputs: {
      X: x,
      Values: values,
      Pointers: pointers,
      Indices: indices,
      ...(permutation && { Permutation: permutation }),
      ...(bias && { Bias: bias }),
    },
    outputShape: activationShape(call.layout, batch, outputs),
    integers: {
      ...{ inner: batchMajor ? outputs : batch, xFeature, xExample },
      ...(mask && { seed: mask.seed | 0, dropped: mask.dropped }),
    },
    uniforms: { slope, ...(mask && { scale: mask.scale }) },
    code: `
      ${mask ? counterRandomWgsl : ''}
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let outer = index / uniforms.inner;
        let within = index - outer * uniforms.inner;
        let output = ${batchMajor ? 'within' : 'outer'};
        let example = ${batchMajor ? 'outer' : 'within'};
        let x = example * uniforms.xExample;
        var sum = ${bias ? 'Bias[output]' : '0.0'};
        for (var p = Pointers[output]; p < Pointers[output + 1]; p++) {
          sum += Values[${permutation ? 'Permutation[p]' : 'p'}] * X[x + Indices[p] * uniforms.xFeature];
        }
        // NaN stays, and −∞ times a slope of 0 is 0.
        if (sum < 0.0) { sum = select(uniforms.slope * sum, 0.0, uniforms.slope == 0.0); }
        ${mask ? MASKED : ''}
        result[index] = sum;
      }`,
  });
}

const MASKED = `
        let keeps = counterKeeps(u32(uniforms.seed), u32(example), u32(output), u32(uniforms.dropped));
        sum = select(0.0, uniforms.scale * sum, keeps);`;

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
