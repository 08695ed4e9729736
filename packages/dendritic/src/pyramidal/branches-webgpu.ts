import { runFlatProgram } from '@arborize/core';
import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { BranchAttributes } from './branches-reference.ts';

interface Operands {
  readonly uv: Tensor;
  readonly alpha: Tensor;
}

const decay = `
  fn alphaOf(index : i32) -> f32 {
    return Alpha[(index % uniforms.columns) * uniforms.alphaStep];
  }`;

export function forward(
  { uv, alpha }: Operands,
  attrs: BranchAttributes,
  backend: KernelBackend,
): TensorInfo {
  return runFlatProgram(backend, {
    key: 'PyramidalBranches',
    inputs: { UV: uv, Alpha: alpha },
    outputShape: [uv.shape[0]!, uv.shape[1]! / 2],
    uniforms: { c: attrs.c, leak: attrs.leak },
    integers: sizes(uv, alpha),
    code: `
      ${decay}
      fn apical(v : f32, alpha : f32) -> f32 {
        if (v <= 0.0) { return select(uniforms.leak * v, 0.0, uniforms.leak == 0.0); }
        let exponent = uniforms.c - alpha * v;
        if (exponent < -87.0) { return 0.0; }
        return v * exp(exponent);
      }
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let u = UV[2 * index];
        let v = UV[2 * index + 1];
        let y = max(u, 0.0) + apical(v, alphaOf(index));
        result[index] = select(select(y, u, isnan(u)), v, isnan(v));
      }`,
  });
}

export function backward(
  { uv, alpha, dy }: Operands & { readonly dy: Tensor },
  attrs: BranchAttributes,
  backend: KernelBackend,
): TensorInfo {
  return runFlatProgram(backend, {
    key: 'PyramidalBranchesGrad',
    inputs: { UV: uv, Alpha: alpha, Dy: dy },
    outputShape: uv.shape,
    uniforms: { c: attrs.c, leak: attrs.leak },
    integers: sizes(uv, alpha),
    code: `
      ${decay}
      fn apicalSlope(v : f32, alpha : f32) -> f32 {
        if (v <= 0.0) { return uniforms.leak; }
        let exponent = uniforms.c - alpha * v;
        if (exponent < -87.0) { return 0.0; }
        return (1.0 - alpha * v) * exp(exponent);
      }
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let unit = index / 2;
        let sum = UV[index];
        var slope = select(0.0, 1.0, sum > 0.0);
        if (index % 2 == 1) { slope = apicalSlope(sum, alphaOf(unit)); }
        result[index] = Dy[unit] * slope;
      }`,
  });
}

function sizes(uv: Tensor, alpha: Tensor): Record<string, number> {
  return { columns: uv.shape[1]! / 2, alphaStep: alpha.size === 1 ? 0 : 1 };
}
