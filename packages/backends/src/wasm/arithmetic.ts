import { wasmModule } from '@arborize/core';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { wasm } from './arithmetic.as.generated.ts';
import { type KernelCall, provideKernel } from './provide-kernel.ts';
import { LINE } from './threads/spans.ts';

type Operation = 'add' | 'subtract' | 'multiply' | 'divide';

/** `rows` is 1 unless one operand is a row. */
type Arithmetic = Record<
  Operation,
  (form: number, a: number, b: number, y: number, rows: number, columns: number) => void
>;

const arithmeticModule = wasmModule<Arithmetic>(wasm);

/** What a and b are to each other: the numbers are those of arithmetic.as.ts. */
const [SAME, B_ROW, A_ROW, B_NUMBER, A_NUMBER] = [0, 1, 2, 3, 4];

/** What a number costs, in floating-point operations of products that take as long: it waits for memory. */
const OPERATIONS = 16;

/**
 * Sums, differences, products and quotients of tensors of one shape, of rows and one row, and of a tensor and a number. The stock
 * kernels take some µs to find out how shapes broadcast, and have one thread; they go on with everything else.
 */
export function provideArithmetic(): void {
  const provide = (kernelName: string, operation: Operation) =>
    provideKernel<'a' | 'b', object>(kernelName, (call) => compute(operation, call));
  provide('Add', 'add');
  provide('Sub', 'subtract');
  provide('Multiply', 'multiply');
  provide('RealDiv', 'divide');
}

function compute(
  operation: Operation,
  { inputs: { a, b }, backend, stock }: KernelCall<'a' | 'b', object>,
): TensorInfo {
  const form = a.dtype === 'float32' && b.dtype === 'float32' ? formOf(a, b) : undefined;
  if (form === undefined) return stock();
  const kernels = arithmeticModule.on(backend)!;
  const [large, small] = form === A_ROW || form === A_NUMBER ? [b, a] : [a, b];
  const y = kernels.output(large.shape);
  const size = util.sizeFromShape(large.shape);
  if (size === 0) return y;
  const [aAt, bAt, yAt] = [kernels.address(a), kernels.address(b), kernels.address(y)];
  const aMoves = form === A_ROW || form === A_NUMBER ? 0 : 4;
  const bMoves = form === B_ROW || form === B_NUMBER ? 0 : 4;
  const call = (first: number, rows: number, columns: number) =>
    [form, aAt + aMoves * first, bAt + bMoves * first, yAt + 4 * first, rows, columns] as const;
  if (form === A_ROW || form === B_ROW) {
    const columns = util.sizeFromShape(small.shape);
    kernels.inParts(operation, size / columns, OPERATIONS * size, (row, rows) =>
      call(row * columns, rows, columns),
    );
    return y;
  }
  kernels.inParts(operation, Math.ceil(size / LINE), OPERATIONS * size, (line, lines) =>
    call(LINE * line, 1, Math.min(LINE * lines, size - LINE * line)),
  );
  return y;
}

function formOf({ shape: a }: TensorInfo, { shape: b }: TensorInfo): number | undefined {
  if (b.length <= a.length) {
    if (b.every(isOne)) return B_NUMBER;
    if (isRowOf(b, a)) return util.sizeFromShape(b) === util.sizeFromShape(a) ? SAME : B_ROW;
  }
  if (a.length > b.length) return undefined;
  if (a.every(isOne)) return A_NUMBER;
  return isRowOf(a, b) ? A_ROW : undefined;
}

const isOne = (size: number) => size === 1;

/** Whether one shape is the last axes of another, but for ones before them. */
function isRowOf(row: readonly number[], all: readonly number[]): boolean {
  const others = all.length - row.length;
  const first = row.findIndex((size) => size !== 1);
  return row.every((size, axis) => axis < first || size === all[others + axis]);
}
