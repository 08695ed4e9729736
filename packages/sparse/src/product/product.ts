import { defineOp, type Kernel } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { SparsePattern } from '../pattern/sparse-pattern.ts';
import { checkIndex } from './check-index.ts';
import * as cpu from './cpu.ts';
import { gradientFor } from './last-use.ts';
import type { Layout, ProductCall, SampledCall } from './product-call.ts';
import * as reference from './reference.ts';
import { transposeOnDemand } from './transpose-on-demand.ts';
import * as wasm from './wasm.ts';
import * as webgpu from './webgpu.ts';

type ProductInputs = { x: Tensor; values: Tensor };
type AffineInputs = ProductInputs & { bias: Tensor };
type Run = typeof wasm.product;

const checkPattern = (_: unknown, { pattern }: { readonly pattern: SparsePattern }) => checkIndex(pattern);

const plain =
  (run: Run): Kernel<ProductInputs, ProductCall> =>
  ({ inputs: { x, values }, attrs, backend }) =>
    run(x, values, null, attrs, backend);
const withBias =
  (run: Run): Kernel<AffineInputs, ProductCall> =>
  ({ inputs: { x, values, bias }, attrs, backend }) =>
    run(x, values, bias, attrs, backend);

/** x·W, or x·Wᵀ: the gradient of either is the other one and the sampled product. */
export const product = defineOp<ProductInputs, ProductCall, Tensor>({
  name: 'SparseMatrixProduct',
  check: checkPattern,
  reference: ({ x, values }, call) => reference.product(x, values, null, call),
  kernels: { cpu: plain(cpu.product), wasm: plain(wasm.product), webgpu: plain(webgpu.product) },
  gradient: { saves: ['x', 'values'], of: productGradient },
});

/** x·W + bias in one pass. */
export const affine = defineOp<AffineInputs, ProductCall, Tensor>({
  name: 'SparseMatrixAffine',
  check: checkPattern,
  reference: ({ x, values, bias }, call) => reference.product(x, values, bias, call),
  kernels: { cpu: withBias(cpu.product), wasm: withBias(wasm.product), webgpu: withBias(webgpu.product) },
  gradient: { saves: ['x', 'values'], of: affineGradient },
});

/** The sum over the batch: the gradient of a bias. */
export const sumBatch = defineOp<{ x: Tensor }, { layout: Layout }, Tensor>({
  name: 'SparseMatrixSumBatch',
  reference: ({ x }, { layout }) => tf.sum(x, layout === 'batchMajor' ? 0 : 1),
  kernels: { wasm: ({ inputs: { x }, attrs, backend }) => wasm.sumBatch(x, attrs.layout, backend) },
  gradient: {
    saves: ['x'],
    of: (dy, { x }, { layout }) => ({
      x: () =>
        tf.broadcastTo(tf.expandDims(dy, layout === 'batchMajor' ? 0 : 1), x.shape as [number, number]),
    }),
  },
});

/**
 * Activations of the other layout: the transpose, in tiles that keep to the cache. With `onDemand` it is made when it is
 * first read.
 */
export const swapLayout = defineOp<{ x: Tensor }, { readonly onDemand?: boolean }, Tensor>({
  name: 'SparseMatrixSwapLayout',
  reference: ({ x }) => tf.transpose(x),
  kernels: {
    wasm: ({ inputs: { x }, attrs, backend }) =>
      attrs.onDemand ? transposeOnDemand(x, backend) : wasm.swapLayout(x, backend),
  },
  gradient: { saves: [], of: (dy) => ({ x: (): Tensor => swapLayout({ x: dy }, {}) }) },
});

/** The products of a and b, summed over the batch, at the stored positions only. */
export const sampled = defineOp<{ a: Tensor; b: Tensor }, SampledCall, Tensor>({
  name: 'SparseMatrixSampled',
  check: checkPattern,
  reference: ({ a, b }, call) => reference.sampled(a, b, call),
  kernels: {
    cpu: ({ inputs: { a, b }, attrs, backend }) => cpu.sampled(a, b, attrs, backend),
    wasm: ({ inputs: { a, b }, attrs, backend }) => wasm.sampled(a, b, attrs, backend),
    webgpu: ({ inputs: { a, b }, attrs, backend }) => webgpu.sampled(a, b, attrs, backend),
  },
  gradient: {
    saves: ['a', 'b'],
    of: (values, { a, b }, call) => ({
      a: (): Tensor => product({ x: b, values }, { ...call, transposed: true }),
      b: (): Tensor => product({ x: a, values }, { ...call, transposed: false }),
    }),
  },
});

function affineGradient(dy: Tensor, saved: AffineInputs, call: ProductCall) {
  return {
    ...productGradient(dy, saved, call),
    bias: () => sumBatch({ x: dy }, { layout: call.layout }),
  };
}

function productGradient(dy: Tensor, { x, values }: ProductInputs, call: ProductCall) {
  const { pattern, transposed, layout } = call;
  return {
    x: (): Tensor => gradientFor(x, product({ x: dy, values }, { pattern, layout, transposed: !transposed })),
    values: (): Tensor => sampled(transposed ? { a: dy, b: x } : { a: x, b: dy }, { pattern, layout }),
  };
}
