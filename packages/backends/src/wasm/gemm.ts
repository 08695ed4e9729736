import type { WasmKernels } from '@arborize/core';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import { type Product, type ProductExports, productCode } from './product.ts';
import { cutProducts } from './threads/cut-products.ts';
import { type Threads, threadsOf } from './threads/threads.ts';

/** Products of matrices, on several threads where they are large and the backend has threads. */
export interface Gemm {
  /** Bytes of scratch memory that a product of these sizes, or so many `products` of them, needs. */
  gemmScratch(m: number, n: number, k: number, products?: number): number;
  /** C [m, n] = A [m, k] · B [k, n]; strides in floats. */
  gemm(...call: [...Product, scratch: number]): void;
  /** Products of the same sizes. */
  gemms(products: readonly Product[], scratch: number): void;
}

type GemmKernels = Omit<WasmKernels<unknown>, 'inParts'> & { readonly exports: Gemm };

const linked = new WeakMap<KernelBackend, GemmKernels>();

export const gemmModule = {
  /** The products on this backend's heap, or `null` where the heap is out of reach. */
  on(backend: KernelBackend): GemmKernels | null {
    const known = linked.get(backend);
    if (known) return known;
    const kernels = productCode.on(backend);
    if (!kernels) return null;
    const made = { ...kernels, exports: onThreads(kernels, threadsOf(backend)) };
    linked.set(backend, made);
    return made;
  },
};

function onThreads(kernels: WasmKernels<ProductExports>, threads: Threads): Gemm {
  const { gemm, gemmScratch } = kernels.exports;
  const operations = (m: number, n: number, k: number, products: number) => 2 * m * n * k * products;
  const gemms: Gemm['gemms'] = (products, at) => {
    const [, , , , , , , m, n, k] = products[0]!;
    const team = threads.team(operations(m, n, k, products.length));
    if (team.count === 1) for (const product of products) gemm(...product, n, at);
    else team.run(kernels, 'gemm', cutProducts(products, team.count), { at, bytes: gemmScratch(m, n, k) });
  };
  return {
    gemmScratch: (m, n, k, products = 1) =>
      gemmScratch(m, n, k) * threads.most(operations(m, n, k, products)),
    gemm(...call) {
      const [a, aRow, aColumn, b, bRow, bColumn, c, m, n, k, scratch] = call;
      gemms([[a, aRow, aColumn, b, bRow, bColumn, c, m, n, k]], scratch);
    },
    gemms,
  };
}
