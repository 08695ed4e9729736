import { defineOp, runFlatProgram, wasmModule } from '@arborize/core';
import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { wasm as embedded } from './elementwise.as.generated.ts';

type WasmKernel = (...addressesThenSizeThenConstants: number[]) => void;
const module = wasmModule<Record<string, WasmKernel>>(embedded);

/** An element-wise activation with scalar constants: y = value(x), dx = dy · slope(x). */
export interface ElementwiseDefinition<Constants extends Record<string, number>> {
  /** The kernel name; the gradient's is this with `Grad` appended. */
  readonly name: string;
  /** The constants in the order of the WASM kernel's arguments, three at most. */
  readonly constants: readonly (keyof Constants & string)[];
  /** The value as a composition of tf ops. */
  readonly value: (x: Tensor, constants: Constants) => Tensor;
  /** The derivative as a composition of tf ops. */
  readonly slope: (x: Tensor, constants: Constants) => Tensor;
  /** WGSL functions `value(x : f32) -> f32` and `slope(x : f32) -> f32`; constants are `uniforms.name`. */
  readonly wgsl: string;
  /** The WASM export; its gradient's is this with `Grad` appended. */
  readonly wasm: string;
}

/**
 * Declares an element-wise activation whose forward and backward pass are one kernel each on WebGPU and WASM, and
 * which keeps `x` alone for the backward pass.
 */
export function defineElementwise<Constants extends Record<string, number>>(
  definition: ElementwiseDefinition<Constants>,
): (x: Tensor, constants: Constants) => Tensor {
  const { name, value, slope } = definition;

  const gradient = defineOp<{ x: Tensor; dy: Tensor }, Constants, Tensor>({
    name: `${name}Grad`,
    reference: ({ x, dy }, constants) => tf.mul(dy, slope(x, constants)),
    kernels: {
      webgpu: ({ inputs: { x, dy }, attrs, backend }) =>
        runWgsl(definition, 'slope', { X: x, Dy: dy }, attrs, backend),
      wasm: ({ inputs: { x, dy }, attrs, backend }) =>
        runWasm(definition, `${definition.wasm}Grad`, [x, dy], attrs, backend),
    },
  });

  const activation = defineOp<{ x: Tensor }, Constants, Tensor>({
    name,
    reference: ({ x }, constants) => value(x, constants),
    kernels: {
      webgpu: ({ inputs: { x }, attrs, backend }) => runWgsl(definition, 'value', { X: x }, attrs, backend),
      wasm: ({ inputs: { x }, attrs, backend }) => runWasm(definition, definition.wasm, [x], attrs, backend),
    },
    gradient: {
      saves: ['x'],
      of: (dy, { x }, constants) => ({ x: () => gradient({ x, dy }, constants) }),
    },
  });
  return (x, constants) => activation({ x }, constants);
}

function runWasm<Constants extends Record<string, number>>(
  { constants }: ElementwiseDefinition<Constants>,
  kernel: string,
  inputs: readonly Tensor[],
  values: Constants,
  backend: KernelBackend,
): TensorInfo | null {
  const kernels = module.on(backend);
  if (!kernels) return null;
  const [x] = inputs;
  const output = kernels.output(x!.shape);
  const addresses = [...inputs, output].map(kernels.address);
  const [a = 0, b = 0, c = 0] = constants.map((constant) => values[constant]!);
  kernels.exports[kernel]!(...addresses, x!.size, a, b, c);
  return output;
}

function runWgsl<Constants extends Record<string, number>>(
  { name, wgsl }: ElementwiseDefinition<Constants>,
  which: 'value' | 'slope',
  inputs: Record<string, Tensor>,
  values: Constants,
  backend: KernelBackend,
): TensorInfo {
  const { shape, size } = inputs.X!;
  const components = size % 4 === 0 ? 4 : 1;
  const mapped = components === 4 ? 'vec4<f32>(at(x.x), at(x.y), at(x.z), at(x.w))' : 'at(x)';
  return runFlatProgram(backend, {
    key: `${name}_${which}`,
    inputs,
    outputShape: shape,
    components,
    uniforms: values,
    code: `
      ${wgsl}
      fn at(x : f32) -> f32 {
        if (isnan(x)) { return x; }
        return ${which}(x);
      }
      fn main(index : i32) {
        if (index < uniforms.size) {
          let x = X[index];
          result[index] = ${which === 'slope' ? 'Dy[index] * ' : ''}${mapped};
        }
      }`,
  });
}
