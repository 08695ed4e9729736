import { type WasmKernels, wasmModule } from '@arborize/core';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import { wasm } from './gemm.as.generated.ts';
import { wasm as relaxed } from './gemm.relaxed.as.generated.ts';
import type { GemmExports, Product } from './product.ts';
import { cutProducts } from './threads/cut-products.ts';
import { type Threads, threadsOf } from './threads/threads.ts';

/** Products of matrices, on several threads where they are large and the backend has threads. */
export interface Gemm {
  /** Bytes of scratch memory that a product of these sizes, or `count` of them, needs. */
  gemmScratch(m: number, n: number, k: number, count?: number): number;
  /** C [m, n] = A [m, k] · B [k, n]; strides in floats. */
  gemm(...call: [...Product, scratch: number]): void;
  /** Products of the same sizes. */
  gemms(products: readonly Product[], scratch: number): void;
}

/** The kernel on one thread. */
export const gemmCode = wasmModule<GemmExports>(wasm, { relaxed });
const linked = new WeakMap<KernelBackend, WasmKernels<Gemm>>();

export const gemmModule = {
  /** The products on this backend's heap, or `null` where the heap is out of reach. */
  on(backend: KernelBackend): WasmKernels<Gemm> | null {
    const known = linked.get(backend);
    if (known) return known;
    const kernels = gemmCode.on(backend);
    if (!kernels) return null;
    const made = { ...kernels, exports: onThreads(kernels, threadsOf(backend)) };
    linked.set(backend, made);
    return made;
  },
};

function onThreads(kernels: WasmKernels<GemmExports>, threads: Threads): Gemm {
  const { gemm, gemmScratch } = kernels.exports;
  const alone: Gemm['gemm'] = (a, aRow, aColumn, b, bRow, bColumn, c, m, n, k, scratch) =>
    gemm(a, aRow, aColumn, b, bRow, bColumn, c, m, n, k, scratch, n);
  const gemms: Gemm['gemms'] = (products, scratch) => {
    const [, , , , , , , m, n, k] = products[0]!;
    const pool = threads.pay(m, n, k, products.length) ? threads.pool(kernels) : undefined;
    if (pool) pool.run(cutProducts(products, threads.count), scratch, gemmScratch(m, n, k));
    else for (const product of products) alone(...product, scratch);
  };
  return {
    gemmScratch: (m, n, k, count = 1) =>
      gemmScratch(m, n, k) * (threads.pay(m, n, k, count) ? threads.count : 1),
    gemm(...call) {
      const [a, aRow, aColumn, b, bRow, bColumn, c, m, n, k, scratch] = call;
      if (threads.pay(m, n, k)) gemms([[a, aRow, aColumn, b, bRow, bColumn, c, m, n, k]], scratch);
      else alone(...call);
    },
    gemms,
  };
}
