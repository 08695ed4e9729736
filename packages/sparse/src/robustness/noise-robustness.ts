import { ArgumentError } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import {
  addImpulseNoise,
  type ImpulseNoiseOptions,
  NOISE_KINDS,
  type NoiseKind,
} from './add-impulse-noise.ts';

/** Options of {@link noiseRobustness}. */
export interface NoiseRobustnessOptions extends Pick<ImpulseNoiseOptions, 'sigma' | 'perPixel' | 'seed'> {
  /** Default all four. */
  readonly kinds?: readonly NoiseKind[];
  /** Default 0, 0.1, … 0.5. */
  readonly levels?: readonly number[];
  /** How often the noise is drawn anew, a positive integer. Default 1. */
  readonly trials?: number;
  /** What the model wants to see of noisy images, e.g. normalised. Default: as they are. */
  readonly preprocess?: (images: Tensor) => Tensor;
  /** Images that are tested together, a positive integer. Default 1000. */
  readonly batchSize?: number;
}

/** The accuracy under one kind of noise at one level. */
export interface NoiseAccuracy {
  readonly kind: NoiseKind;
  readonly level: number;
  /** Mean over the trials, in [0, 1]. */
  readonly accuracy: number;
}

/**
 * How well a classifier tells images with broken pixels; see {@link addImpulseNoise}.
 *
 * @param xs [N, …]: test images in [0, 1], before normalising.
 * @param ys [N, classes], one-hot.
 * @throws ArgumentError for options out of range, or where `xs` and `ys` do not fit.
 * @example
 * const curve = await noiseRobustness(model, xs, ys, { kinds: ['constant'], levels: [0, 0.3] });
 * curve.map(({ level, accuracy }) => [level, accuracy]); // e.g. [[0, 0.98], [0.3, 0.71]]
 * @see Bain, "The Role Of Biology In Deep Learning", arXiv 2209.04425.
 */
export async function noiseRobustness(
  model: LayersModel,
  xs: Tensor,
  ys: Tensor,
  {
    kinds = NOISE_KINDS,
    levels = [0, 0.1, 0.2, 0.3, 0.4, 0.5],
    trials = 1,
    preprocess = tf.clone,
    batchSize = 1000,
    seed = 0,
    ...noise
  }: NoiseRobustnessOptions = {},
): Promise<NoiseAccuracy[]> {
  const demand = (holds: boolean, argument: string, got: unknown, expected: string) => {
    if (!holds) throw new ArgumentError({ where: 'noiseRobustness', argument, got, expected });
  };
  const count = xs.shape[0] ?? 0;
  demand(count > 0, 'xs', xs, 'at least one image');
  demand(ys.rank === 2 && ys.shape[0] === count, 'ys', ys, `[${count}, classes]`);
  for (const [name, number] of Object.entries({ trials, batchSize })) {
    demand(Number.isSafeInteger(number) && number > 0, `options.${name}`, number, 'a positive integer');
  }
  // Bad options are told before the first image is seen.
  for (const kind of kinds)
    for (const level of levels) addImpulseNoise([[0]], { ...noise, kind, level, seed }).dispose();
  const measured: NoiseAccuracy[] = [];
  for (const kind of kinds) {
    for (const level of levels) {
      let right = 0;
      for (let trial = 0; trial < trials; trial++) {
        for (let begin = 0; begin < count; begin += batchSize) {
          const size = Math.min(batchSize, count - begin);
          const hits = tf.tidy(() => {
            const options = { ...noise, kind, level, seed: seed + trial * count + begin };
            const images = preprocess(addImpulseNoise(tf.slice(xs, begin, size), options));
            const outputs = model.predict(images, { batchSize: size }) as Tensor;
            return tf.sum(
              tf.cast(tf.equal(tf.argMax(outputs, 1), tf.argMax(tf.slice(ys, begin, size), 1)), 'int32'),
            );
          });
          right += (await hits.data())[0]!;
          hits.dispose();
        }
      }
      measured.push({ kind, level, accuracy: right / (trials * count) });
    }
  }
  return measured;
}
