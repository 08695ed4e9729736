import { wasmModule } from '@arborize/core';
import { wasm } from './product.as.generated.ts';
import { wasm as relaxed } from './product.relaxed.as.generated.ts';

/** C [m, n] = A [m, k] · B [k, n]: addresses in bytes, strides in floats. */
export type Product = [
  ...a: [address: number, rowStride: number, columnStride: number],
  ...b: [address: number, rowStride: number, columnStride: number],
  ...c: [address: number, m: number, n: number, k: number],
];

/** What is done to the rows of a result: see assembly/epilogue.ts. */
export type Epilogue = [bias: number, activation: number, slope: number, slopes: number];

/**
 * The functions of product.as.ts that the main thread calls itself. Others are called by their names, in pieces: see
 * assembly/convolution.ts. `cRow` is the distance of the rows of the result, in floats.
 */
export interface ProductExports {
  gemm(...call: [...Product, cRow: number, scratch: number]): void;
  gemmScratch(m: number, n: number, k: number): number;
  epilogue(...call: [y: number, rows: number, columns: number, ...Epilogue]): void;
  patchesOf(window: number, x: number, first: number, count: number, room: number): number;
  addPatches(window: number, dx: number, first: number, count: number, patches: number): void;
  addParts(
    ...call: [y: number, parts: number, size: number, number: number, first: number, count: number]
  ): void;
  clearFloats(y: number, count: number): void;
}

/** Products of matrices and of patches. */
export const productCode = wasmModule<ProductExports>(wasm, { relaxed });
