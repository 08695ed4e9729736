import type { DropRate } from '@arborize/core';
import type { SparsePattern } from '../pattern/sparse-pattern.ts';

/**
 * Where the batch lies: `'batchMajor'`, [batch, features] as in TensorFlow.js, or `'featureMajor'`, [features, batch],
 * which the kernels read without a transpose.
 */
export type Layout = 'batchMajor' | 'featureMajor';

/** Attributes of the products; all of them checked. */
export interface ProductCall {
  readonly pattern: SparsePattern;
  /** Whether the product is with the transpose, from outputs back to inputs. */
  readonly transposed: boolean;
  readonly layout: Layout;
}

/** A dropout mask by its seed and rate: see `keepMask` of the core. Its rows are the examples, its columns the units. */
export interface Mask extends DropRate {
  readonly seed: number;
}

/** What follows a product: f(z) = z above 0, slope·z elsewhere, and a mask. All of it checked. */
export interface Activation {
  readonly layout: Layout;
  readonly slope: number;
  readonly mask: Mask | null;
}

/** Attributes of a product with what follows it. */
export interface ActivatedCall extends Activation {
  readonly pattern: SparsePattern;
}

/** Attributes of the sampled product. */
export interface SampledCall {
  readonly pattern: SparsePattern;
  readonly layout: Layout;
}

/** The shape of activations. */
export function activationShape(layout: Layout, batch: number, features: number): [number, number] {
  return layout === 'batchMajor' ? [batch, features] : [features, batch];
}

export function batchOf({ shape }: { shape: readonly number[] }, layout: Layout): number {
  return layout === 'batchMajor' ? shape[0]! : shape[1]!;
}

/** The sizes of a product and the index it walks: for each output, where its stored values begin and what they meet. */
export function walkOf({ pattern, transposed }: Omit<ProductCall, 'layout'>) {
  const [inputs, outputs] = pattern.shape;
  return transposed
    ? {
        inputs: outputs,
        outputs: inputs,
        pointers: pattern.rowPointers,
        indices: pattern.columnIndices,
        permutation: pattern.permutation,
      }
    : { inputs, outputs, pointers: pattern.columnPointers, indices: pattern.rowIndices, permutation: null };
}

/** The distance, in elements, from one feature to the next and from one example to the next. */
export function strides(layout: Layout, batch: number, features: number): [feature: number, example: number] {
  return layout === 'batchMajor' ? [1, features] : [batch, 1];
}
