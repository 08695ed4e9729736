export { fromDense } from './conversion/from-dense.ts';
export { toDense } from './conversion/to-dense.ts';
export { type ErdosRenyiOptions, erdosRenyi } from './pattern/erdos-renyi.ts';
export {
  type SparseMatrix,
  type SparsePattern,
  sparsePattern,
  topologyOf,
} from './pattern/sparse-pattern.ts';
export type { Topology } from './pattern/topology.ts';
export type { Layout } from './product/product-call.ts';
export { type SampledDenseDenseOptions, sampledDenseDense } from './product/sampled-dense-dense.ts';
export { type SparseDenseMatMulOptions, sparseDenseMatMul } from './product/sparse-dense-mat-mul.ts';
