import { ArgumentError, defineOp, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkChannels, checkGroupSize } from './check-options.ts';
import type { MaxoutOptions } from './maxout.ts';

/** Options of {@link signedGeomean}. */
export interface SignedGeomeanOptions extends MaxoutOptions {
  /** Limits each partial derivative to [−clampGrad, clampGrad]; a positive number. Default: no limit. */
  readonly clampGrad?: number;
}

/** The op below works on z: [outer, groups, k, inner] and keeps the third axis. */
interface Attributes {
  readonly clampGrad: number;
}

const MEMBERS = 2;

function value(z: Tensor): Tensor {
  const [outer, groups, , inner] = z.shape;
  // The stock WASM backend divides by zero when it reduces an empty tensor.
  if (z.size === 0) return tf.zeros([outer!, groups!, 1, inner!]);
  const root = tf.pow(tf.abs(z), 1 / z.shape[MEMBERS]!);
  return tf.prod(tf.mul(tf.sign(z), root), MEMBERS, true);
}

const gradient = defineOp<{ z: Tensor; dy: Tensor }, Attributes, Tensor>({
  name: 'SignedGeomeanGrad',
  reference({ z, dy }, { clampGrad }) {
    if (z.size === 0) return tf.zerosLike(z);
    const slopes = tf.divNoNan(tf.div(value(z), z.shape[MEMBERS]!), z);
    return tf.mul(dy, Number.isFinite(clampGrad) ? tf.clipByValue(slopes, -clampGrad, clampGrad) : slopes);
  },
});

const geomean = defineOp<{ z: Tensor }, Attributes, Tensor>({
  name: 'SignedGeomean',
  reference: ({ z }) => value(z),
  gradient: { saves: ['z'], of: (dy, { z }, attrs) => ({ z: () => gradient({ z, dy }, attrs) }) },
});

/**
 * The geometric mean of each group of k channels, with the sign of their product.
 *
 *     f(z)  = sgn(∏ zᵢ) · |∏ zᵢ|^(1/k)
 *     ∂/∂zᵢ = f(z) / (k·zᵢ), within ±clampGrad;   0 where zᵢ = 0
 *
 * @param x Float32 tensor of rank 1 to 6 with a multiple of k channels, or numbers.
 * @returns A tensor with C/k channels; the caller disposes of it.
 * @throws ArgumentError for k below 2, an axis outside the shape, channels that are no multiple of k, or a limit that
 *   is not positive.
 * @example
 * signedGeomean([4, 9, -1, 4]).print(); // [6, -2]
 */
export function signedGeomean(x: Tensor | TensorLike, options: SignedGeomeanOptions = {}): Tensor {
  const { k = 2, axis = -1, clampGrad = Number.POSITIVE_INFINITY } = options;
  checkGroupSize('signedGeomean', k);
  if (!(clampGrad > 0)) {
    throw new ArgumentError({
      where: 'signedGeomean',
      argument: 'options.clampGrad',
      got: clampGrad,
      expected: 'a positive number',
    });
  }
  return tf.tidy(() => {
    const z = toFloatTensor(x, 'signedGeomean', 'x');
    const { shape } = z;
    const at = checkChannels('signedGeomean', shape, axis, k);
    const groups = shape[at]! / k;
    const [outer, inner] = [shape.slice(0, at), shape.slice(at + 1)].map(tf.util.sizeFromShape);
    const y = geomean({ z: tf.reshape(z, [outer!, groups, k, inner!]) }, { clampGrad });
    return tf.reshape(y, shape.with(at, groups) as tf.ShapeMap[tf.Rank]);
  });
}
