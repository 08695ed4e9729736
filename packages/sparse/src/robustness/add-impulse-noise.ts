import { ArgumentError, Random, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** What pixels become: 2σ; 0; |σ·N(0, 1)|; or uniform in [0, 2σ). */
export type NoiseKind = 'constant' | 'zero' | 'gaussian' | 'uniform';

export const NOISE_KINDS: readonly NoiseKind[] = ['constant', 'zero', 'gaussian', 'uniform'];

/** Options of {@link addImpulseNoise}. */
export interface ImpulseNoiseOptions {
  /** The share of the numbers of each image that is overwritten, in [0, 1]. */
  readonly level: number;
  /** What they become. Default `'constant'`. */
  readonly kind?: NoiseKind;
  /** σ > 0. Default 0.3081, the standard deviation of MNIST. */
  readonly sigma?: number;
  /** Whether all channels of a pixel are overwritten together. Default `false`: each number alone. */
  readonly perPixel?: boolean;
  /** Seed of places and values; equal seeds give equal noise on every backend. Default 0. */
  readonly seed?: number;
}

/**
 * Images in which some numbers are overwritten, as by broken pixels.
 *
 *     ⌊level · n⌋ distinct places of the n of each image
 *
 * @param x [B, …] or [B, height, width, channels], mostly in [0, 1]: add noise before normalising.
 * @returns Of the shape of `x`, which stays as it is; the caller disposes of it.
 * @throws ArgumentError for options out of range, or an `x` without images.
 * @example
 * const noisy = addImpulseNoise(tf.zeros([1, 784]), { level: 0.1 });
 * tf.sum(tf.notEqual(noisy, 0)).print(); // 78
 * @see Bain, "The Role Of Biology In Deep Learning", arXiv 2209.04425.
 */
export function addImpulseNoise(x: Tensor | TensorLike, options: ImpulseNoiseOptions): Tensor {
  const { level, kind = 'constant', sigma = 0.3081, perPixel = false, seed = 0 } = options;
  const demand = (holds: boolean, argument: string, got: unknown, expected: string) => {
    if (!holds) throw new ArgumentError({ where: 'addImpulseNoise', argument, got, expected });
  };
  demand(level >= 0 && level <= 1, 'options.level', level, 'in [0, 1]');
  demand(NOISE_KINDS.includes(kind), 'options.kind', kind, NOISE_KINDS.map((name) => `'${name}'`).join(', '));
  demand(sigma > 0 && Number.isFinite(sigma), 'options.sigma', sigma, 'a positive number');
  demand(Number.isSafeInteger(seed), 'options.seed', seed, 'an integer');
  return tf.tidy(() => {
    const images = toFloatTensor(x, 'addImpulseNoise', 'x');
    demand(images.rank >= 2, 'x', images, 'images [B, …]');
    const channels = perPixel ? images.shape.at(-1)! : 1;
    const [batch, size] = [images.shape[0]!, images.size / images.shape[0]!];
    const random = new Random(seed);
    const [isNoise, noise] = [new Uint8Array(images.size), new Float32Array(images.size)];
    const places = Uint32Array.from({ length: size / channels }, (_, i) => i);
    // 0.29·100 is a little less than 29 in binary.
    const count = Math.floor(Number((level * places.length).toPrecision(12)));
    for (let b = 0; b < batch; b++) {
      for (let k = 0; k < count; k++) {
        const j = k + random.integer(places.length - k);
        const place = places[j]!;
        places[j] = places[k]!;
        places[k] = place;
        const at = b * size + place * channels;
        isNoise.fill(1, at, at + channels);
        for (let c = 0; c < channels; c++) noise[at + c] = drawNoise(kind, sigma, random);
      }
    }
    return tf.where(tf.tensor(isNoise, images.shape, 'bool'), tf.tensor(noise, images.shape), images);
  });
}

function drawNoise(kind: NoiseKind, sigma: number, random: Random): number {
  if (kind === 'constant') return 2 * sigma;
  if (kind === 'zero') return 0;
  return kind === 'gaussian' ? Math.abs(random.normal(0, sigma)) : random.uniform(0, 2 * sigma);
}
