import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import { channelsOf, oneShape, type Shape } from '../stock-layers/input-shape.ts';
import { Dense, type DenseOptions } from '../stock-layers/stock-layers.ts';
import { addKernelMask } from './add-kernel-mask.ts';
import { type Folded, plainWeights } from './folded.ts';
import { withMaskedKernel } from './mask-kernel.ts';
import { checkedSparse, type SparseOptions, type SparseSettings, sparseUniform } from './sparse-options.ts';

/** Options of {@link StaticSparseDense}: its sparsity, and what the stock dense layer accepts. */
export interface StaticSparseDenseOptions extends SparseOptions, DenseOptions {}

/**
 * A dense layer with a fixed random half, say, of its weights: each unit reads round((1 − sparsity)·I) inputs, chosen
 * once. The others are 0 and stay 0, whatever the optimiser, because they have no gradient.
 *
 *     y = activation(x·(W ∘ M) + b)
 *
 * Shapes: [B, …, I] in, [B, …, units] out. Weights: `kernel` [I, units], `bias` [units], and with a sparsity above 0
 * `kernelMask` [I, units] of bool, not trainable. The default initialiser of the kernel is {@link SparseUniform}.
 *
 * @throws ArgumentError for a fraction out of range, and on building for a shape of one axis or of unknown width.
 * @example
 * const layer = new StaticSparseDense({ units: 10, sparsity: 0.5, inputShape: [4], seed: 1 });
 * tf.sequential({ layers: [layer] }).outputs[0].shape; // [null, 10]
 * @see Ahmad and Scheinkman, "How Can We Be So Dense?", arXiv 1903.11257.
 */
export class StaticSparseDense extends Dense {
  static className = 'StaticSparseDense';
  protected readonly sparse: SparseSettings;
  protected kernelMask?: LayerVariable;

  constructor(options: StaticSparseDenseOptions) {
    const sparse = checkedSparse(new.target.className, options);
    super({ kernelInitializer: sparseUniform(sparse), ...options });
    this.sparse = sparse;
    this.inputSpec = [];
  }

  override build(inputShape: Shape | Shape[]): void {
    channelsOf(this.getClassName(), oneShape(this.getClassName(), inputShape), -1, 2, true);
    super.build(inputShape);
    this.kernelMask = addKernelMask(this, this.addWeight.bind(this), this.sparse);
  }

  override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown>): Tensor {
    return tf.tidy(() => withMaskedKernel(this, this.kernelMask, () => super.call(inputs, kwargs) as Tensor));
  }

  /** The stock dense layer that does the same; see {@link forContext}. */
  folded(_context: Tensor): Folded {
    const { kernel, bias } = tf.tidy(() => plainWeights(this, this.kernelMask));
    return this.stock(bias ? [kernel, bias] : [kernel]);
  }

  /** A stock dense layer of the same size and activation, with these weights. */
  protected stock(weights: Tensor[]): Folded {
    const { name, units, activation } = super.getConfig() as unknown as DenseOptions;
    return { layer: tfl.layers.dense({ name, units, activation, useBias: weights.length === 2 }), weights };
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), ...this.sparse };
  }
}
