import { dropRate, keepMask, type Random } from '@arborize/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** Dropout whose masks repeat with the seed of the run; that of tfjs-layers is seeded anew, or not at all. */
export class SeededDropout extends tfl.layers.Layer {
  static className = 'SeededDropout';
  private readonly rate: ReturnType<typeof dropRate>;

  constructor(
    rate: number,
    private readonly random: Random,
  ) {
    super({});
    this.rate = dropRate('SeededDropout', 'rate', rate);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    const x = (Array.isArray(inputs) ? inputs[0]! : inputs) as tf.Tensor2D;
    if (!kwargs.training) return tf.clone(x);
    const [rows, columns] = x.shape;
    const mask = keepMask(this.random.uint32(), rows, columns, this.rate);
    return tf.tidy(() => tf.mul(x, tf.tensor2d(mask, [rows, columns])));
  }

  override computeOutputShape(inputShape: (number | null)[]): (number | null)[] {
    return inputShape;
  }
}
