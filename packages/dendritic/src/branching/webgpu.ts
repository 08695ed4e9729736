import { counterRandomWgsl, type FlatProgram, runFlatProgram } from '@arborize/core';
import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type LevelShape, type MaskCall, shapeOfKernel, shapeOfResult } from './level-shape.ts';
import * as reference from './reference.ts';

/** What an invocation computes: its loop, whose body adds to `sum`, after the indices it needs. */
interface LevelProgram {
  readonly name: string;
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputShape: readonly number[];
  /** The axes of the output, outermost first. */
  readonly axes: readonly (keyof typeof EXTENTS)[];
  readonly start?: string;
  readonly body: string;
}

/** The number of values that each index of the loops can take. */
const EXTENTS = {
  row: 'uniforms.lanes',
  node: 'uniforms.nodes',
  unit: 'uniforms.units',
  input: 'uniforms.nodes * uniforms.branches',
};

// A cast from int32 on this backend changes the name of the dtype only, hence f32(…) around what is read.
// Places of the numbers in tensors [lanes, inputs], [units, inputs, lanes], [units, nodes, lanes] and [units, inputs].
const AT = `
  fn inputs() -> i32 { return uniforms.nodes * uniforms.branches; }
  fn x(row : i32, input : i32) -> i32 { return row * inputs() + input; }
  fn h(row : i32, input : i32, unit : i32) -> i32 { return w(unit, input) * uniforms.lanes + row; }
  fn z(row : i32, node : i32, unit : i32) -> i32 { return (unit * uniforms.nodes + node) * uniforms.lanes + row; }
  fn w(unit : i32, input : i32) -> i32 { return unit * inputs() + input; }`;

function runLevel(
  { name, inputs, outputShape, axes, start = '0.0', body }: LevelProgram,
  { lanes, nodes, branches, units }: LevelShape,
  more: Pick<FlatProgram, 'uniforms' | 'integers'> & { readonly functions: string },
  backend: KernelBackend,
): TensorInfo {
  let rest = 'index';
  const indices = axes.toReversed().map((axis) => {
    const line = `let ${axis} = (${rest}) % (${EXTENTS[axis]});`;
    rest = `${rest} / (${EXTENTS[axis]})`;
    return line;
  });
  return runFlatProgram(backend, {
    key: `Dendritic_${name}`,
    inputs,
    outputShape,
    uniforms: more.uniforms,
    integers: { lanes, nodes, branches, units, ...more.integers },
    code: `
      ${AT}
      ${more.functions}
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        ${indices.join('\n')}
        var sum = ${start};
        ${body}
        result[index] = sum;
      }`,
  });
}

const OVER = {
  branches: 'for (var input = node * uniforms.branches; input < (node + 1) * uniforms.branches; input++)',
  units: 'for (var unit = 0; unit < uniforms.units; unit++)',
  rows: 'for (var row = 0; row < uniforms.lanes; row++)',
};

/** `kept(row, input, unit)`: the mask at that place. */
function maskFunctions({ seed, dropped, scale }: MaskCall) {
  if (dropped === 0)
    return { functions: 'fn kept(row : i32, input : i32, unit : i32) -> f32 { return 1.0; }' };
  return {
    uniforms: { scale },
    integers: { seed: seed | 0, dropped },
    functions: `${counterRandomWgsl}
      fn kept(row : i32, input : i32, unit : i32) -> f32 {
        let column = unit * inputs() + input;
        let keeps = counterKeeps(bitcast<u32>(uniforms.seed), u32(row), u32(column), u32(uniforms.dropped));
        return select(0.0, uniforms.scale, keeps);
      }`,
  };
}

const named = (name: string, { dropped }: MaskCall) => (dropped > 0 ? `${name}_masked` : name);

export function sharedValue(
  { x, kernel, bias }: { x: Tensor; kernel: Tensor; bias: Tensor },
  mask: MaskCall,
  backend: KernelBackend,
): TensorInfo {
  const shape = shapeOfKernel(kernel, x.shape[0]!);
  const program: LevelProgram = {
    name: named('sharedValue', mask),
    inputs: { X: x, W: kernel, Bias: bias },
    outputShape: [shape.units, shape.nodes, shape.lanes],
    axes: ['unit', 'node', 'row'],
    start: 'f32(Bias[unit * uniforms.nodes + node])',
    body: `${OVER.branches} { sum += f32(X[x(row, input)]) * kept(row, input, unit) * f32(W[w(unit, input)]); }`,
  };
  return runLevel(program, shape, maskFunctions(mask), backend);
}

export function sharedInputGradient(
  { kernel, dz }: { kernel: Tensor; dz: Tensor },
  mask: MaskCall,
  backend: KernelBackend,
): TensorInfo {
  const shape = shapeOfKernel(kernel, dz.shape[2]!);
  const program: LevelProgram = {
    name: named('sharedInputGradient', mask),
    inputs: { Dz: dz, W: kernel },
    outputShape: [shape.lanes, shape.nodes * shape.branches],
    axes: ['row', 'input'],
    body: `
      let node = input / uniforms.branches;
      ${OVER.units} { sum += f32(Dz[z(row, node, unit)]) * kept(row, input, unit) * f32(W[w(unit, input)]); }`,
  };
  return runLevel(program, shape, maskFunctions(mask), backend);
}

export function sharedWeightGradients(
  inputs: { x: Tensor; dz: Tensor },
  mask: MaskCall,
  backend: KernelBackend,
): TensorInfo[] {
  return [sharedKernelGradient(inputs, mask, backend), biasGradient(inputs.dz)];
}

function biasGradient(dz: Tensor): TensorInfo {
  return tf.tidy(() => reference.biasGradient(dz));
}

function sharedKernelGradient(
  { x, dz }: { x: Tensor; dz: Tensor },
  mask: MaskCall,
  backend: KernelBackend,
): TensorInfo {
  const shape = shapeOfResult(x.shape[1]!, dz);
  const program: LevelProgram = {
    name: named('sharedKernelGradient', mask),
    inputs: { X: x, Dz: dz },
    outputShape: [shape.units, shape.nodes, shape.branches],
    axes: ['unit', 'input'],
    body: `
      let node = input / uniforms.branches;
      ${OVER.rows} { sum += f32(X[x(row, input)]) * kept(row, input, unit) * f32(Dz[z(row, node, unit)]); }`,
  };
  return runLevel(program, shape, maskFunctions(mask), backend);
}

/** `active(h)` and its derivative. */
const leaky = (slope: number) => ({
  uniforms: { slope },
  functions: `
    fn derivative(h : f32) -> f32 { return select(uniforms.slope, 1.0, h > 0.0); }
    fn activated(h : f32) -> f32 { return h * derivative(h); }`,
});

export function ownValue(
  { h, kernel, bias }: { h: Tensor; kernel: Tensor; bias: Tensor },
  slope: number,
  backend: KernelBackend,
): TensorInfo {
  const shape = shapeOfKernel(kernel, h.shape[2]!);
  const program: LevelProgram = {
    name: 'ownValue',
    inputs: { H: h, W: kernel, Bias: bias },
    outputShape: [shape.units, shape.nodes, shape.lanes],
    axes: ['unit', 'node', 'row'],
    start: 'f32(Bias[unit * uniforms.nodes + node])',
    body: `${OVER.branches} { sum += activated(f32(H[h(row, input, unit)])) * f32(W[w(unit, input)]); }`,
  };
  return runLevel(program, shape, leaky(slope), backend);
}

export function ownGradients(
  inputs: { h: Tensor; kernel: Tensor; dz: Tensor },
  slope: number,
  backend: KernelBackend,
): TensorInfo[] {
  return [
    ownInputGradient(inputs, slope, backend),
    ownKernelGradient(inputs, slope, backend),
    biasGradient(inputs.dz),
  ];
}

function ownInputGradient(
  { h, kernel, dz }: { h: Tensor; kernel: Tensor; dz: Tensor },
  slope: number,
  backend: KernelBackend,
): TensorInfo {
  const program: LevelProgram = {
    name: 'ownInputGradient',
    inputs: { H: h, W: kernel, Dz: dz },
    outputShape: h.shape,
    axes: ['unit', 'input', 'row'],
    body: `
      let node = input / uniforms.branches;
      sum = f32(Dz[z(row, node, unit)]) * f32(W[w(unit, input)]) * derivative(f32(H[index]));`,
  };
  return runLevel(program, shapeOfKernel(kernel, h.shape[2]!), leaky(slope), backend);
}

function ownKernelGradient(
  { h, dz }: { h: Tensor; dz: Tensor },
  slope: number,
  backend: KernelBackend,
): TensorInfo {
  const shape = shapeOfResult(h.shape[1]!, dz);
  const program: LevelProgram = {
    name: 'ownKernelGradient',
    inputs: { H: h, Dz: dz },
    outputShape: [shape.units, shape.nodes, shape.branches],
    axes: ['unit', 'input'],
    body: `
      let node = input / uniforms.branches;
      ${OVER.rows} { sum += activated(f32(H[h(row, input, unit)])) * f32(Dz[z(row, node, unit)]); }`,
  };
  return runLevel(program, shape, leaky(slope), backend);
}

export function dropout(x: Tensor, { seed, dropped, scale }: MaskCall, backend: KernelBackend): TensorInfo {
  return runFlatProgram(backend, {
    key: 'Dendritic_dropout',
    inputs: { X: x },
    outputShape: x.shape,
    uniforms: { scale },
    integers: { seed: seed | 0, dropped, columns: x.shape[1]! },
    code: `
      ${counterRandomWgsl}
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let row = u32(index / uniforms.columns);
        let column = u32(index % uniforms.columns);
        let keeps = counterKeeps(bitcast<u32>(uniforms.seed), row, column, u32(uniforms.dropped));
        result[index] = select(0.0, f32(X[index]) * uniforms.scale, keeps);
      }`,
  });
}
