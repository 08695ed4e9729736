import { wasmModule } from '@arborize/core';
import { wasm } from './gemm.as.generated.ts';
import { wasm as relaxed } from './gemm.relaxed.as.generated.ts';

export interface Gemm {
  /** Bytes of scratch memory that a product of these sizes needs. */
  gemmScratch(m: number, n: number, k: number): number;
  /** C [m, n] = A [m, k] · B [k, n]; strides in floats. */
  gemm(
    ...call: [
      ...a: [address: number, rowStride: number, columnStride: number],
      ...b: [address: number, rowStride: number, columnStride: number],
      ...c: [address: number, m: number, n: number, k: number],
      scratch: number,
    ]
  ): void;
}

export const gemmModule = wasmModule<Gemm>(wasm, { relaxed });
