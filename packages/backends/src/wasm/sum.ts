import { wasmModule } from '@arborize/core';
import { backend_util, type SumAttrs, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { type KernelCall, provideKernel } from './provide-kernel.ts';
import { wasm } from './sum.as.generated.ts';
import { LINE } from './threads/spans.ts';

interface Sum {
  sum(
    ...call: [
      ...x: [x: number, outer: number, count: number, inner: number, stride: number],
      ...y: [y: number, scale: number],
    ]
  ): void;
}

const sumModule = wasmModule<Sum>(wasm);

/** What a term costs, in floating-point operations of products that take as long: it waits for memory. */
const OPERATIONS = 8;

/** Sums and means of float32. The stock kernels transpose what they sum over leading axes, and divide before they sum. */
export function provideSums(): void {
  provideKernel<'x', SumAttrs>('Sum', (call) => reduce(call, () => 1));
  provideKernel<'x', SumAttrs>('Mean', (call) => reduce(call, (count) => 1 / Math.max(1, count)));
}

function reduce(
  { inputs: { x }, attrs, backend, stock }: KernelCall<'x', SumAttrs>,
  scale: (count: number) => number,
): TensorInfo {
  const axes = util.parseAxisParam(attrs.axis, x.shape);
  const [shape] = backend_util.computeOutAndReduceShapes(x.shape, axes) as [number[], number[]];
  const isEmpty = util.sizeFromShape(x.shape) === 0;
  const sizes =
    x.dtype === 'float32' &&
    (isEmpty ? ([1, 0, util.sizeFromShape(shape)] as const) : neighbours(x.shape, axes));
  if (!sizes) return stock();
  const kernels = sumModule.on(backend)!;
  const y = kernels.output(attrs.keepDims ? backend_util.expandShapeToKeepDim(shape, axes) : shape);
  const [outer, count, inner] = sizes;
  const [from, to] = [x, y].map(kernels.address) as [number, number];
  const factor = scale(count);
  const operations = OPERATIONS * outer * count * inner;
  const lines = Math.ceil(inner / LINE);
  if (outer >= lines) {
    kernels.inParts('sum', outer, operations, (first, rows) => {
      const at = 4 * first * inner;
      return [from + at * count, rows, count, inner, inner, to + at, factor];
    });
  } else {
    kernels.inParts('sum', lines, operations, (line, some) => {
      const at = 4 * LINE * line;
      const columns = Math.min(LINE * some, inner - LINE * line);
      return [from + at, outer, count, columns, inner, to + at, factor];
    });
  }
  return y;
}

/** The sizes [before, at, after] the axes, or null if others of more than one element lie between them. */
function neighbours(shape: readonly number[], axes: readonly number[]): [number, number, number] | null {
  const sizes: [number, number, number] = [1, 1, 1];
  let part = 0;
  for (const [axis, size] of shape.entries()) {
    if (size === 1) continue;
    const reduced = axes.includes(axis);
    if (reduced && part === 2) return null;
    if (reduced) part = 1;
    else if (part === 1) part = 2;
    sizes[part]! *= size;
  }
  return sizes;
}
