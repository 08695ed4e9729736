import { ArgumentError } from '@arborize/core';
import type { serialization, Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type Folded, plainWeights } from '../sparse-weights/folded.ts';
import {
  StaticSparseConv2D,
  type StaticSparseConv2DOptions,
} from '../sparse-weights/static-sparse-conv-2d.ts';
import type { Shape } from '../stock-layers/input-shape.ts';
import { contextInputs, contextShape, contextTensor } from './context-inputs.ts';
import type { DendriteOptions } from './dendrite-options.ts';
import { Dendrites } from './dendrites.ts';
import type { HoldOptions } from './held-layer.ts';

/** Options of {@link ActiveDendriteConv2D}: dendrites, sparsity, and what a convolution accepts except `activation`. */
export interface ActiveDendriteConv2DOptions
  extends DendriteOptions,
    Omit<StaticSparseConv2DOptions, 'activation' | 'dataFormat'> {}

/**
 * A convolution whose channels are gated by dendritic segments that read a context: one gate for each sample and
 * channel, the same at every pixel.
 *
 *     y = x ∗ (W ∘ M) + b       d_s = U_s·c       z = y · σ(d_s*),  s* = argmax |d_s|
 *
 * Call it on `[x, context]` or `[x, contexts, index]`, as {@link ActiveDendriteDense}, with x [B, H, W, I].
 *
 * Shapes: [B, H′, W′, filters] out. Weights: `kernel`, `bias`, `segments` [filters, S, C], and masks with sparsity.
 *
 * @throws ArgumentError for bad options, no context, or x or a context of another rank or width.
 * @example
 * const x = tf.input({ shape: [32, 32, 3] });
 * const task = tf.input({ shape: [10] });
 * const z = new ActiveDendriteConv2D({ filters: 64, kernelSize: 3, segments: 10 }).apply([x, task]);
 * z.shape; // [null, 30, 30, 64]
 * @see Bain, "The Role Of Biology In Deep Learning", arXiv 2209.04425, after arXiv 2201.00042.
 */
export class ActiveDendriteConv2D extends StaticSparseConv2D {
  static override className = 'ActiveDendriteConv2D';
  /** The dendrites, for tools that fold or inspect them. */
  readonly dendrites: Dendrites;
  private channels?: number;

  constructor(options: ActiveDendriteConv2DOptions) {
    super(options);
    const { seed } = this.sparse;
    this.dendrites = new Dendrites('ActiveDendriteConv2D', options, seed === null ? null : seed + 2);
  }

  override build(inputShape: Shape | Shape[]): void {
    const [x, context] = this.checkedShapes(inputShape);
    super.build(x);
    this.inputSpec = [];
    this.channels = x[3]!;
    this.dendrites.build(this.addWeight.bind(this), this.filters, context);
  }

  override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown>): Tensor {
    return tf.tidy(() => {
      const { x, context, index } = contextInputs(inputs);
      return this.dendrites.gate(super.call(x, kwargs), context, index);
    });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [x] = this.checkedShapes(inputShape);
    return super.computeOutputShape(x) as Shape;
  }

  /** See {@link ActiveDendriteDense.holdContext}. */
  holdContext(context: Tensor | TensorLike, { learn = true }: HoldOptions = {}): void {
    const held = contextTensor('ActiveDendriteConv2D', context, this.dendrites.width);
    this.dendrites.hold(this, this.addWeight.bind(this), held, learn);
    held.dispose();
  }

  /** See {@link ActiveDendriteDense.releaseContext}. */
  releaseContext(): void {
    this.dendrites.release();
  }

  override folded(context: Tensor): Folded {
    return this.stock(tf.tidy(() => this.dendrites.fold(context, plainWeights(this, this.kernelMask))));
  }

  override getConfig(): serialization.ConfigDict {
    const { activation, ...config } = super.getConfig();
    return { ...config, ...this.dendrites.getConfig() };
  }

  private checkedShapes(inputShape: Shape | Shape[]): [Shape, number] {
    const [x, context] = contextShape(inputShape);
    const where = 'ActiveDendriteConv2D';
    const { channels = x[3] } = this;
    if (x.length !== 4 || x[3] == null || x[3] !== channels) {
      const expected = `of shape [samples, height, width, ${this.channels ?? 'channels'}]`;
      throw new ArgumentError({ where, argument: 'x', got: x, expected });
    }
    if (!context) {
      throw new ArgumentError({ where, argument: 'the inputs', got: [x], expected: '[x, context]' });
    }
    this.dendrites.checkContext(context);
    return [x, context[1]!];
  }
}
