import { runWebgpuPipeline } from '@arborize/core';
import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { type InnerAttributes, innerActivations } from './inner-activations.ts';

interface Operands {
  readonly x: Tensor;
  readonly kernel: Tensor;
  readonly bias: Tensor;
}

/** An operand of a tile: an element at line `r` (a row or a column of the output) and depth `k`, 0 where there is none. */
interface Panel {
  readonly name: string;
  readonly lines: 'rows' | 'columns';
  readonly element: string;
  /** Whether neighbours in memory follow each other along the depth. */
  readonly alongDepth: boolean;
}

/** A product whose sum runs over tiles of 16 in workgroup memory; a thread has 4 × 4 of the 64 × 64 outputs of its group. */
interface TiledProduct {
  readonly key: string;
  readonly inputs: readonly Tensor[];
  readonly names: readonly string[];
  readonly outputs: readonly (readonly number[])[];
  readonly sizes: readonly [rows: number, columns: number, depth: number];
  readonly panels: readonly Panel[];
  /** Per output of a thread, before the sum: declares what it keeps, from `row` and `column`. */
  readonly begin: string;
  /** Adds one term: panels are `name(row)` or `name(column)` values of this depth. */
  readonly step: string;
  /** Stores the output at `at`. */
  readonly end: string;
}

function run(
  backend: KernelBackend,
  product: TiledProduct,
  { activation, alpha, padded }: InnerAttributes,
): TensorInfo[] {
  const { key, inputs, names, outputs, sizes, panels, begin, step, end } = product;
  const [rows, columns] = sizes;
  const { value, slope } = innerActivations[activation].wgsl;
  const outside = (expression: string) => (padded ? `select(${expression}, 0.0, z < -1e38)` : expression);
  const results = outputs.map((_, i) => `Y${i}`);
  const bindings = [...names, ...results].map((name, i) => {
    const access = i < names.length ? 'read' : 'read_write';
    return `@group(0) @binding(${i}) var<storage, ${access}> ${name} : array<f32>;`;
  });
  const uniforms = new ArrayBuffer(16);
  new Uint32Array(uniforms).set(sizes);
  new Float32Array(uniforms)[3] = alpha;
  return runWebgpuPipeline(backend, {
    key: `dendritic_${key}_${activation}${padded ? '_padded' : ''}`,
    inputs,
    outputs: outputs.map((shape) => ({ shape, dtype: 'float32' })),
    uniforms,
    workgroups: [Math.ceil(columns / 64), Math.ceil(rows / 64), 1],
    code: `
      struct Sizes { rows : u32, columns : u32, depth : u32, alpha : f32 }
      ${bindings.join('\n')}
      @group(0) @binding(${bindings.length}) var<uniform> sizes : Sizes;
      ${panels.map(({ name }) => `var<workgroup> ${name} : array<array<f32, 64>, 16>;`).join('\n')}
      fn phi(z : f32) -> f32 { let alpha = sizes.alpha; return ${outside(value)}; }
      fn phiSlope(z : f32) -> f32 { let alpha = sizes.alpha; return ${outside(slope)}; }
      @compute @workgroup_size(16, 16, 1)
      fn main(
        @builtin(workgroup_id) group : vec3<u32>,
        @builtin(local_invocation_id) local : vec3<u32>,
        @builtin(local_invocation_index) index : u32,
      ) {
        let firstRow = group.y * 64u;
        let firstColumn = group.x * 64u;
        var sum : array<array<f32, 4>, 4>;
        ${begin ? 'var kept : array<array<f32, 4>, 4>;' : ''}
        ${outputs.length > 1 ? 'var second : array<array<f32, 4>, 4>;' : ''}
        ${begin && forEachOutput(begin)}
        for (var first = 0u; first < sizes.depth; first += 16u) {
          for (var e = index; e < 1024u; e += 256u) { ${panels.map(load).join('\n')} }
          workgroupBarrier();
          for (var p = 0u; p < 16u; p++) {
            for (var i = 0u; i < 4u; i++) {
              for (var j = 0u; j < 4u; j++) {
                let r = local.y * 4u + i;
                let c = local.x * 4u + j;
                ${step}
              }
            }
          }
          workgroupBarrier();
        }
        ${forEachOutput(end)}
      }`,
  });
}

function load({ name, lines, element, alongDepth }: Panel): string {
  const [line, depth] = alongDepth ? ['e / 16u', 'e % 16u'] : ['e % 64u', 'e / 64u'];
  const start = lines === 'rows' ? 'firstRow' : 'firstColumn';
  return `{
    let r = ${start} + ${line};
    let k = first + ${depth};
    var element = 0.0;
    if (r < sizes.${lines} && k < sizes.depth) { element = ${element}; }
    ${name}[${depth}][${line}] = element;
  }`;
}

function forEachOutput(body: string): string {
  return `
    for (var i = 0u; i < 4u; i++) {
      for (var j = 0u; j < 4u; j++) {
        let row = firstRow + local.y * 4u + i;
        let column = firstColumn + local.x * 4u + j;
        if (row < sizes.rows && column < sizes.columns) {
          let at = row * sizes.columns + column;
          ${body}
        }
      }
    }`;
}

/** Groups are better served by an ordinary product each. */
function perConnection({ kernel, bias }: Operands): boolean {
  return kernel.shape[1] === bias.shape[1];
}

export function product(inputs: Operands, attrs: InnerAttributes, backend: KernelBackend): TensorInfo | null {
  if (!perConnection(inputs)) return null;
  const { x, kernel, bias } = inputs;
  const [rows, depth] = x.shape as [number, number];
  const columns = kernel.shape[1]!;
  const [z] = run(
    backend,
    {
      key: 'product',
      inputs: [x, kernel, bias],
      names: ['X', 'W', 'B'],
      outputs: [[rows, columns]],
      sizes: [rows, columns, depth],
      panels: [
        { name: 'x', lines: 'rows', element: 'X[r * sizes.depth + k]', alongDepth: true },
        { name: 'w', lines: 'columns', element: 'W[k * sizes.columns + r]', alongDepth: false },
        { name: 'b', lines: 'columns', element: 'B[k * sizes.columns + r]', alongDepth: false },
      ],
      begin: '',
      step: 'sum[i][j] += w[p][c] * phi(x[p][r] + b[p][c]);',
      end: 'Y0[at] = sum[i][j];',
    },
    attrs,
  );
  return z!;
}

export function inputGradient(
  inputs: Operands & { readonly dz: Tensor },
  attrs: InnerAttributes,
  backend: KernelBackend,
): TensorInfo | null {
  if (!perConnection(inputs)) return null;
  const { dz, x, kernel, bias } = inputs;
  const [rows, columns] = x.shape as [number, number];
  const depth = kernel.shape[1]!;
  const [dx] = run(
    backend,
    {
      key: 'inputGradient',
      inputs: [dz, x, kernel, bias],
      names: ['G', 'X', 'W', 'B'],
      outputs: [[rows, columns]],
      sizes: [rows, columns, depth],
      panels: [
        { name: 'g', lines: 'rows', element: 'G[r * sizes.depth + k]', alongDepth: true },
        { name: 'w', lines: 'columns', element: 'W[r * sizes.depth + k]', alongDepth: true },
        { name: 'b', lines: 'columns', element: 'B[r * sizes.depth + k]', alongDepth: true },
      ],
      begin: 'kept[i][j] = X[at];',
      step: 'sum[i][j] += g[p][r] * w[p][c] * phiSlope(kept[i][j] + b[p][c]);',
      end: 'Y0[at] = sum[i][j];',
    },
    attrs,
  );
  return dx!;
}

export function weightGradients(
  inputs: Operands & { readonly dz: Tensor },
  attrs: InnerAttributes,
  backend: KernelBackend,
): TensorInfo[] | null {
  if (!perConnection(inputs)) return null;
  const { dz, x, kernel, bias } = inputs;
  const [rows, columns] = kernel.shape as [number, number];
  return run(
    backend,
    {
      key: 'weightGradients',
      inputs: [dz, x, kernel, bias],
      names: ['G', 'X', 'W', 'B'],
      outputs: [
        [rows, columns],
        [rows, columns],
      ],
      sizes: [rows, columns, x.shape[0]!],
      panels: [
        { name: 'x', lines: 'rows', element: 'X[k * sizes.rows + r]', alongDepth: false },
        { name: 'g', lines: 'columns', element: 'G[k * sizes.columns + r]', alongDepth: false },
      ],
      begin: 'kept[i][j] = B[at];',
      step: `
        let z = x[p][r] + kept[i][j];
        sum[i][j] += g[p][c] * phi(z);
        second[i][j] += g[p][c] * phiSlope(z);`,
      end: 'Y0[at] = sum[i][j]; Y1[at] = W[at] * second[i][j];',
    },
    attrs,
  );
}
