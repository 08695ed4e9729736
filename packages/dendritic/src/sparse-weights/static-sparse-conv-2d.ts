import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import { channelsOf, oneShape, type Shape } from '../stock-layers/input-shape.ts';
import { Conv2D, type ConvOptions } from '../stock-layers/stock-layers.ts';
import { addKernelMask } from './add-kernel-mask.ts';
import { type Folded, plainWeights } from './folded.ts';
import { withMaskedKernel } from './mask-kernel.ts';
import { checkedSparse, type SparseOptions, type SparseSettings, sparseUniform } from './sparse-options.ts';

/** Options of {@link StaticSparseConv2D}: its sparsity, and what the stock convolution accepts. */
export interface StaticSparseConv2DOptions extends SparseOptions, ConvOptions {}

/**
 * A convolution with a fixed random half, say, of its weights: each filter has round((1 − sparsity)·kh·kw·I) of them,
 * chosen once; the others are 0 and stay 0. See {@link StaticSparseDense}.
 *
 * Shapes: [B, H, W, I] in, [B, H′, W′, filters] out. Weights: `kernel` [kh, kw, I, filters], `bias` [filters], and with a
 * sparsity above 0 `kernelMask` of bool, not trainable.
 *
 * @throws ArgumentError for a fraction out of range, and on building for another rank or unknown channels.
 * @example
 * const layer = new StaticSparseConv2D({ filters: 8, kernelSize: 3, sparsity: 0.5, inputShape: [28, 28, 1] });
 * tf.sequential({ layers: [layer] }).outputs[0].shape; // [null, 26, 26, 8]
 * @see Ahmad and Scheinkman, "How Can We Be So Dense?", arXiv 1903.11257.
 */
export class StaticSparseConv2D extends Conv2D {
  static className = 'StaticSparseConv2D';
  protected readonly sparse: SparseSettings;
  protected kernelMask?: LayerVariable;

  constructor(options: StaticSparseConv2DOptions) {
    const sparse = checkedSparse(new.target.className, options);
    super({ kernelInitializer: sparseUniform(sparse), ...options });
    this.sparse = sparse;
    this.inputSpec = [];
  }

  override build(inputShape: Shape | Shape[]): void {
    const axis = this.dataFormat === 'channelsFirst' ? 1 : 3;
    channelsOf(this.getClassName(), oneShape(this.getClassName(), inputShape), axis, 4);
    super.build(inputShape);
    this.kernelMask = addKernelMask(this, this.addWeight.bind(this), this.sparse);
  }

  override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown>): Tensor {
    return tf.tidy(() => withMaskedKernel(this, this.kernelMask, () => super.call(inputs, kwargs) as Tensor));
  }

  /** The stock convolution that does the same; see {@link forContext}. */
  folded(_context: Tensor): Folded {
    const { kernel, bias } = tf.tidy(() => plainWeights(this, this.kernelMask));
    return this.stock(bias ? [kernel, bias] : [kernel]);
  }

  /** A stock convolution of the same geometry and activation, with these weights. */
  protected stock(weights: Tensor[]): Folded {
    const config = super.getConfig() as unknown as ConvOptions;
    const { name, filters, kernelSize, strides, padding, dataFormat, dilationRate, activation } = config;
    const geometry = { filters, kernelSize, strides, padding, dataFormat, dilationRate };
    const useBias = weights.length === 2;
    return { layer: tfl.layers.conv2d({ name, ...geometry, activation, useBias }), weights };
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), ...this.sparse };
  }
}
