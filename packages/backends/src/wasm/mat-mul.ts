import { broadcast_util, type KernelBackend, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { gemmModule } from './gemm.ts';
import { type Epilogue, type Product, productCode } from './product.ts';

/** The activations of a fused product that run in its epilogue; the numbers are those of assembly/epilogue.ts. */
export const fusedActivations: Readonly<Record<string, number>> = {
  linear: 0,
  relu: 1,
  relu6: 2,
  leakyrelu: 3,
  elu: 4,
  sigmoid: 5,
  prelu: 6,
};

/** The sizes of a batched product [..., m, k] · [..., k, n], leading dimensions broadcast. */
interface ProductShape {
  readonly batch: number[];
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

function productShape(a: TensorInfo, b: TensorInfo, transposeA: boolean, transposeB: boolean): ProductShape {
  if (a.shape.length < 2 || b.shape.length < 2) {
    throw new Error(`matMul: [${a.shape}] and [${b.shape}] must have two axes or more.`);
  }
  const [aRows, aColumns] = a.shape.slice(-2) as [number, number];
  const [bRows, bColumns] = b.shape.slice(-2) as [number, number];
  const [m, k] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const [inner, n] = transposeB ? [bColumns, bRows] : [bRows, bColumns];
  if (k !== inner) {
    throw new Error(
      `matMul: inner dimensions ${k} and ${inner} of [${a.shape}] and [${b.shape}] with transposeA=${transposeA} and ` +
        `transposeB=${transposeB} must be equal.`,
    );
  }
  const batch = broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return { batch, m, n, k };
}

/** The product of two float32 matrices or batches of them, each as it is or transposed; or null without a heap. */
export function matMul(
  backend: KernelBackend,
  a: TensorInfo,
  b: TensorInfo,
  transposeA: boolean,
  transposeB: boolean,
): TensorInfo | null {
  const kernels = gemmModule.on(backend);
  if (!kernels) return null;
  const { batch, m, n, k } = productShape(a, b, transposeA, transposeB);
  const output = kernels.output([...batch, m, n]);
  const products = util.sizeFromShape(batch);
  if (products * m * n === 0) return output;
  const [aAt, bAt, cAt] = kernels.addresses(a, b, output);
  const [aRow, aColumn] = transposeA ? [1, m] : [k, 1];
  const [bRow, bColumn] = transposeB ? [1, k] : [n, 1];
  const [aBatch, bBatch] = [a, b].map((operand) => batchIndex(batch, operand.shape.slice(0, -2)));
  const { gemms, gemmScratch } = kernels.exports;
  kernels.withScratch(gemmScratch(m, n, k, products), (scratch) => {
    const all = Array.from({ length: products }, (_, i): Product => {
      const from = aAt + 4 * aBatch!(i) * m * k;
      const and = bAt + 4 * bBatch!(i) * k * n;
      return [from, aRow, aColumn, and, bRow, bColumn, cAt + 4 * i * m * n, m, n, k];
    });
    gemms(all, scratch);
  });
  return output;
}

/** Which matrix of an operand the i-th product of a broadcast batch takes. */
function batchIndex(batch: readonly number[], operand: readonly number[]): (i: number) => number {
  if (util.sizeFromShape([...operand]) === 1) return () => 0;
  const padded = [...batch.slice(operand.length).map(() => 1), ...operand];
  if (padded.every((size, axis) => size === batch[axis])) return (i) => i;
  const strides = util.computeStrides(padded).concat(1);
  return (i) => {
    let index = 0;
    for (let axis = batch.length - 1, rest = i; axis >= 0; axis--) {
      const coordinate = rest % batch[axis]!;
      rest = (rest - coordinate) / batch[axis]!;
      if (padded[axis] !== 1) index += coordinate * strides[axis]!;
    }
    return index;
  };
}

/** What a fused product does to its result: adds a bias [n] to every row, then applies one of {@link fusedActivations}. */
export interface FusedEpilogue {
  readonly bias?: TensorInfo | undefined;
  readonly activation: number;
  readonly slope: number;
  readonly slopes?: TensorInfo | undefined;
}

/** The arguments by which kernels are given an epilogue. */
export function epilogueArguments(
  backend: KernelBackend,
  { bias, activation, slope, slopes }: FusedEpilogue,
): Epilogue {
  const { address } = productCode.on(backend)!;
  return [bias ? address(bias) : 0, activation, slope, slopes ? address(slopes) : 0];
}

export function applyEpilogue(backend: KernelBackend, y: TensorInfo, epilogue: FusedEpilogue): void {
  const { address, exports } = productCode.on(backend)!;
  const columns = y.shape.at(-1)!;
  const size = util.sizeFromShape(y.shape);
  if (size > 0)
    exports.epilogue(address(y), size / columns, columns, ...epilogueArguments(backend, epilogue));
}
