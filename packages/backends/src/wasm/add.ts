import { wasmModule } from '@arborize/core';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { wasm } from './add.as.generated.ts';
import { provideKernel } from './provide-kernel.ts';
import { LINE } from './threads/spans.ts';

interface Add {
  addToRows(x: number, b: number, y: number, rows: number, columns: number): void;
}

const addModule = wasmModule<Add>(wasm);

/** What a sum costs, in floating-point operations of products that take as long: it waits for memory. */
const OPERATIONS = 16;

/** Sums of tensors of one shape, and of rows and a bias; the stock kernel takes twice as long for a bias, and has one thread. */
export function provideAdd(): void {
  provideKernel<'a' | 'b', object>('Add', ({ inputs: { a, b }, backend, stock }) => {
    if (a.dtype !== 'float32' || b.dtype !== 'float32' || !isRowOf(b, a)) return stock();
    const kernels = addModule.on(backend)!;
    const y = kernels.output(a.shape);
    const [size, columns] = [a, b].map(({ shape }) => util.sizeFromShape(shape)) as [number, number];
    if (size === 0) return y;
    const [aAt, bAt, yAt] = [a, b, y].map(kernels.address) as [number, number, number];
    const rows = size / columns;
    if (rows > 1) {
      kernels.inParts('addToRows', rows, OPERATIONS * size, (row, count) => {
        const first = 4 * row * columns;
        return [aAt + first, bAt, yAt + first, count, columns];
      });
      return y;
    }
    kernels.inParts('addToRows', Math.ceil(size / LINE), OPERATIONS * size, (line, lines) => {
      const first = LINE * line;
      return [aAt + 4 * first, bAt + 4 * first, yAt + 4 * first, 1, Math.min(LINE * lines, size - first)];
    });
    return y;
  });
}

/** Whether b has the last axes of a, or all of them, and no others. */
function isRowOf(b: TensorInfo, a: TensorInfo): boolean {
  const others = a.shape.length - b.shape.length;
  return others >= 0 && b.shape.length > 0 && b.shape.every((size, axis) => size === a.shape[others + axis]);
}
