import { type DataType, type KernelBackend, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { UniformData, WebgpuBackend } from './webgpu-backend.ts';

const WORKGROUP = 128;

/** A WGSL kernel with one invocation for each output element (or each group of four). */
export interface FlatProgram {
  /** Names the generated code, package first: programs with equal keys share one pipeline, whatever their code. */
  readonly key: string;
  /** Input tensors by WGSL name, which starts with a capital: `X` is read as `X[index]`. */
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly outputShape: readonly number[];
  readonly outputDtype?: DataType;
  /** Elements per invocation: with 4, inputs and output are `vec4<f32>`; the output size must divide by it. */
  readonly components?: 1 | 4;
  /** Scalar float uniforms by name, read as `uniforms.name`. */
  readonly uniforms?: Readonly<Record<string, number>>;
  /** Scalar int uniforms by name, read as `uniforms.name`. */
  readonly integers?: Readonly<Record<string, number>>;
  /** WGSL that defines `fn main(index: i32)`; `uniforms.size` is the number of invocations that have work. */
  readonly code: string;
}

/**
 * Runs an element-wise WGSL kernel on the WebGPU backend and returns its output.
 *
 * Work above the limit of one dispatch dimension is folded by the backend, so the code must use `index` alone.
 */
export function runFlatProgram(backend: KernelBackend, program: FlatProgram): TensorInfo {
  const { key, inputs, outputShape, outputDtype = 'float32', components = 1, code } = program;
  const floats = Object.entries(program.uniforms ?? {});
  const integers = Object.entries(program.integers ?? {});
  const size = util.sizeFromShape([...outputShape]);
  const declared = [
    ...floats.map(([name]) => `${name} : f32,`),
    ...integers.map(([name]) => `${name} : i32,`),
  ].join(' ');
  const data: UniformData = [
    ...floats.map(([, value]) => ({ type: 'float32' as const, data: [value] })),
    ...integers.map(([, value]) => ({ type: 'int32' as const, data: [value] })),
  ];
  // Seen as vectors, tensors of every rank share one pipeline.
  const output = (backend as WebgpuBackend).runWebGPUProgram(
    {
      variableNames: Object.keys(inputs),
      outputShape: [size],
      workgroupSize: [WORKGROUP, 1, 1],
      dispatchLayout: { x: [0] },
      dispatch: [Math.ceil(size / components / WORKGROUP), 1, 1],
      shaderKey: `arborize_${key}_${components}`,
      outputComponent: components,
      variableComponents: Object.keys(inputs).map(() => components),
      uniforms: declared,
      size: true,
      getUserCode: () => code,
    },
    Object.values(inputs).map(({ dataId, shape, dtype }) => ({
      dataId,
      dtype,
      shape: [util.sizeFromShape(shape)],
    })),
    outputDtype,
    data,
  );
  return { ...output, shape: [...outputShape] };
}
