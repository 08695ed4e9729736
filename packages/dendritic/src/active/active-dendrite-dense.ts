import { ArgumentError } from '@arborize/core';
import type { serialization, Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type Folded, plainWeights } from '../sparse-weights/folded.ts';
import { StaticSparseDense, type StaticSparseDenseOptions } from '../sparse-weights/static-sparse-dense.ts';
import type { Shape } from '../stock-layers/input-shape.ts';
import { contextInputs, contextShape, contextTensor } from './context-inputs.ts';
import type { DendriteOptions } from './dendrite-options.ts';
import { Dendrites } from './dendrites.ts';
import type { HoldOptions } from './held-layer.ts';

/** Options of {@link ActiveDendriteDense}: dendrites, sparsity, and what a dense layer accepts except `activation`. */
export interface ActiveDendriteDenseOptions
  extends DendriteOptions,
    Omit<StaticSparseDenseOptions, 'activation'> {}

/**
 * A dense layer whose units are gated by dendritic segments that read a context: for each context another part of the
 * layer speaks, and what it learned for one is safe from the next.
 *
 *     y = x·(W ∘ M) + b       d_s = U_s·c       z = y · σ(d_s*),  s* = argmax |d_s|       (see `mode`)
 *
 * Call it on one of
 * - `[x, context]`: x [B, I], context [B, C], or [1, C] for all samples;
 * - `[x, contexts, index]`: contexts [D, C], index [B], as {@link ContextTable} gives them: d is computed once for each
 *   of D contexts;
 * - `x` alone, which is then its own context.
 *
 * Shapes: [B, units] out. Weights: `kernel` [I, units], `bias` [units], `segments` [units, S, C]; with sparsity
 * `kernelMask` and `segmentMask` of bool; with `segmentBias` [units, S]. Follow it by {@link KWinners} or an activation.
 *
 * @throws ArgumentError for bad options, or x or a context of another rank or width.
 * @example
 * const x = tf.input({ shape: [784] });
 * const context = tf.input({ shape: [10] });
 * const z = new ActiveDendriteDense({ units: 64, segments: 10 }).apply([x, context]);
 * z.shape; // [null, 64]
 * @see Iyer et al., "Avoiding Catastrophe: Active Dendrites Enable Multi-Task Learning in Dynamic Environments", arXiv
 *   2201.00042, eq. 3.
 */
export class ActiveDendriteDense extends StaticSparseDense {
  static override className = 'ActiveDendriteDense';
  /** The dendrites, for tools that fold or inspect them. */
  readonly dendrites: Dendrites;
  private inputs?: number;

  constructor(options: ActiveDendriteDenseOptions) {
    super(options);
    this.dendrites = new Dendrites(
      'ActiveDendriteDense',
      options,
      this.sparse.seed === null ? null : this.sparse.seed + 2,
    );
  }

  override build(inputShape: Shape | Shape[]): void {
    const [x, context] = this.checkedShapes(inputShape);
    super.build(x);
    this.inputSpec = [];
    this.inputs = x[1]!;
    this.dendrites.build(this.addWeight.bind(this), this.units, context);
  }

  override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown>): Tensor {
    return tf.tidy(() => {
      const { x, context, index } = contextInputs(inputs);
      return this.dendrites.gate(super.call(x, kwargs), context ?? x, index);
    });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [x] = this.checkedShapes(inputShape);
    return super.computeOutputShape(x) as Shape;
  }

  /**
   * Gives every sample this context until {@link releaseContext}; context inputs are ignored meanwhile.
   *
   * With `learn`, training moves the segments along the context only, by a weight of S numbers for each unit: under
   * Adam (started anew, as after every task) that is what training all of U does, at 1/C of its cost and memory. Compile
   * the model after this, because its list of trainable weights is another.
   *
   * @param context [C], or a tensor of as many numbers.
   * @throws ArgumentError for another width.
   */
  holdContext(context: Tensor | TensorLike, { learn = true }: HoldOptions = {}): void {
    const held = contextTensor('ActiveDendriteDense', context, this.dendrites.width);
    this.dendrites.hold(this, this.addWeight.bind(this), held, learn);
    held.dispose();
  }

  /** Ends {@link holdContext}: writes what was learned into the segments. Compile the model again after it. */
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
    const { inputs = x[1] } = this;
    if (x.length !== 2 || x[1] == null || x[1] !== inputs) {
      throw new ArgumentError({
        where: 'ActiveDendriteDense',
        argument: 'x',
        got: x,
        expected: `of shape [samples, ${this.inputs ?? 'inputs'}]`,
      });
    }
    this.dendrites.checkContext(context ?? x);
    return [x, (context ?? x)[1]!];
  }
}
