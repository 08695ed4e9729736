import { ArgumentError } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { ContextSource } from './context-source.ts';
import { decodeFloats, encodeFloats } from './encode-floats.ts';
import { nearestPrototype } from './nearest-prototype.ts';

/** Options of {@link PrototypeContext}. */
export interface PrototypeContextOptions {
  /** Numbers in one input, all axes together. */
  readonly width: number;
}

/**
 * Contexts as prototypes, for training with known task borders and tests without: the context of a task is the mean of
 * its training inputs; a test sample has the context of the nearest prototype.
 *
 * @throws ArgumentError if `width` is not a positive integer.
 * @example
 * const contexts = new PrototypeContext({ width: 2 });
 * await contexts.beginTask(tf.tensor2d([[0, 2], [2, 4]]), 0);
 * await contexts.beginTask(tf.tensor2d([[8, 8]]), 1);
 * contexts.context(0); // [1, 3]
 * await contexts.infer(tf.tensor2d([[7, 9], [0, 0]])); // [1, 0]
 * @see Iyer et al., "Avoiding Catastrophe", arXiv 2201.00042, §"Computing the context".
 */
export class PrototypeContext implements ContextSource {
  readonly constant = true;
  readonly width: number;
  private prototypes: Float32Array[] = [];

  constructor({ width }: PrototypeContextOptions) {
    if (!(Number.isInteger(width) && width > 0)) {
      const expected = 'a positive integer';
      throw new ArgumentError({ where: 'PrototypeContext', argument: 'options.width', got: width, expected });
    }
    this.width = width;
  }

  get count(): number {
    return this.prototypes.length;
  }

  async beginTask(xs: Tensor): Promise<void> {
    const mean = tf.tidy(() => tf.mean(this.rows(xs), 0));
    this.prototypes.push((await mean.data()) as Float32Array);
    mean.dispose();
  }

  async observe(): Promise<Float32Array> {
    return this.context(this.count - 1);
  }

  async infer(xs: Tensor): Promise<Int32Array> {
    const rows = tf.tidy(() => tf.clone(this.rows(xs)));
    const nearest = await nearestPrototype(rows, this.prototypes);
    rows.dispose();
    return nearest;
  }

  context(i: number): Float32Array {
    return this.prototypes[i]!;
  }

  toJSON(): string[] {
    return this.prototypes.map(encodeFloats);
  }

  restore(json: unknown): void {
    this.prototypes = (json as string[]).map(decodeFloats);
  }

  private rows(xs: Tensor): Tensor {
    const samples = xs.shape[0]!;
    if (xs.size === samples * this.width) return tf.reshape(xs, [samples, this.width]);
    throw new ArgumentError({
      where: 'PrototypeContext',
      argument: 'the inputs',
      got: xs,
      expected: `of ${this.width} numbers a sample`,
    });
  }
}
