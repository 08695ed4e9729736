/** C [m, n] = A [m, k] · B [k, n]: addresses in bytes, strides in floats. */
export type Product = [
  ...a: [address: number, rowStride: number, columnStride: number],
  ...b: [address: number, rowStride: number, columnStride: number],
  ...c: [address: number, m: number, n: number, k: number],
];

/** The functions of assembly/gemm.ts. `cRow` is the distance of the rows of the result, in floats. */
export interface GemmExports {
  gemmScratch(m: number, n: number, k: number): number;
  gemm(...call: [...Product, cRow: number, scratch: number]): void;
}
