import { ArgumentError, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { demandOneOf } from './check-drop-connect.ts';
import type { Moments } from './drop-connect-moments.ts';
import { quadrature, sampleMean } from './expectation.ts';
import { gaussianRelu, gaussianReluSquare } from './gaussian-relu.ts';
import { namedActivation, OF_ROWS } from './named-activation.ts';

/** Options of {@link gaussianActivationMean}. */
export interface GaussianActivationOptions {
  /** How the expectation is computed; `'closed'` (default) stands for quadrature where there is no closed form. */
  readonly method?: 'closed' | 'quadrature' | 'sample';
  /** Samples for each element, with `'sample'`. Default 1000. */
  readonly samples?: number;
  /** Integer that samples are drawn from; its low 32 bits count. Default 0. */
  readonly seed?: number;
  /** Slope of `'leakyRelu'` below 0. Default 0.2. */
  readonly negativeSlope?: number;
}

/** An activation by name, registered ones included, or an element-wise function of tensors. */
export type GaussianActivation = string | ((u: Tensor) => Tensor);

/**
 * The mean of an activation over normal inputs, E[a(u)] for u ~ N(mean, variance); a(mean) where the variance is 0.
 *
 * Closed forms: `'linear'`, `'relu'` and `'leakyRelu'` are exact, `'sigmoid'` and `'tanh'` are the probit approximations
 * a(mean/√(1 + c·variance)) with c = π/8 and π/2, right to about 0.003 and 0.009. Anything else, and all with `'quadrature'`, is a sum
 * over 16 Gauss–Hermite nodes. `'softmax'` and `'logSoftmax'` are taken of the mean, unless sampled.
 *
 * @param mean Of any shape.
 * @param variance ≥ 0, of the shape of `mean`.
 * @returns A tensor of that shape, with gradients for mean and variance.
 * @throws ArgumentError if shapes differ, an option is out of range, or quadrature is asked for a softmax.
 * @example
 * gaussianActivationMean([1, -0.45], [0.525, 0.1225], 'relu').print(); // [1.0277534, 0.0164248]
 * @see Wan, Zeiler, Zhang, LeCun and Fergus, "Regularization of Neural Networks using DropConnect", ICML 2013, who draw samples.
 */
export function gaussianActivationMean(
  mean: Tensor | TensorLike,
  variance: Tensor | TensorLike,
  activation: GaussianActivation,
  options: GaussianActivationOptions = {},
): Tensor {
  const where = 'gaussianActivationMean';
  return tf.tidy(() => {
    const { moments, f, settings } = checked(where, mean, variance, activation, options);
    const closed = settings.method === 'closed' ? closedForm(activation, settings.negativeSlope) : undefined;
    if (closed) return closed(moments);
    if (OF_ROWS.includes(activation) && settings.method === 'closed') return f(moments.mean);
    return expectation(moments, f, settings);
  });
}

/**
 * Mean and variance of an activation over normal inputs: the mean of {@link gaussianActivationMean}, and how much the activation varies.
 *
 * The variance is exact for `'linear'`, `'relu'` and `'leakyRelu'`, and by quadrature or from samples for others.
 *
 * @param mean Of any shape.
 * @param variance ≥ 0, of the shape of `mean`.
 * @returns Mean and variance, of that shape.
 * @throws ArgumentError as {@link gaussianActivationMean}, and for a softmax that is not sampled.
 * @example
 * const { variance } = gaussianActivationMoments([1, -0.45], [0.525, 0.1225], 'relu');
 * variance.print(); // [0.4524964, 0.0045004]
 */
export function gaussianActivationMoments(
  mean: Tensor | TensorLike,
  variance: Tensor | TensorLike,
  activation: GaussianActivation,
  options: GaussianActivationOptions = {},
): Moments {
  const where = 'gaussianActivationMoments';
  return tf.tidy(() => {
    const { moments, f, settings } = checked(where, mean, variance, activation, options);
    const { method, negativeSlope: slope } = settings;
    if (OF_ROWS.includes(activation) && method !== 'sample') throw ofRows(where, method);
    if (method === 'closed' && activation === 'linear') {
      return { mean: tf.clone(moments.mean), variance: tf.clone(moments.variance) };
    }
    if (method === 'closed' && (activation === 'relu' || activation === 'leakyRelu')) {
      const below = activation === 'relu' ? 0 : slope;
      const first = closedForm(activation, slope)!(moments);
      const total = tf.add(tf.square(moments.mean), moments.variance);
      const positive = gaussianReluSquare(moments.mean, moments.variance);
      const second = tf.add(tf.mul(total, below ** 2), tf.mul(positive, 1 - below ** 2));
      return { mean: first, variance: spread(first, second) };
    }
    const first = expectation(moments, f, settings);
    const second = expectation(moments, (u) => tf.square(f(u)), settings);
    const closed = method === 'closed' ? closedForm(activation, slope) : undefined;
    return { mean: closed ? closed(moments) : first, variance: spread(first, second) };
  });
}

/** E[a²] − E[a]², which rounding may not take below 0. */
function spread(first: Tensor, second: Tensor): Tensor {
  return tf.maximum(tf.sub(second, tf.square(first)), 0);
}

function closedForm(
  activation: GaussianActivation,
  slope: number,
): ((moments: Moments) => Tensor) | undefined {
  const probit = (share: number, f: (u: Tensor) => Tensor) => (moments: Moments) =>
    f(tf.div(moments.mean, tf.sqrt(tf.add(1, tf.mul(moments.variance, share * Math.PI)))));
  switch (activation) {
    case 'linear':
      return ({ mean }) => tf.clone(mean);
    case 'relu':
      return ({ mean, variance }) => gaussianRelu({ mean, variance }, {});
    case 'leakyRelu':
      return ({ mean, variance }) =>
        tf.add(tf.mul(mean, slope), tf.mul(gaussianRelu({ mean, variance }, {}), 1 - slope));
    case 'sigmoid':
      return probit(1 / 8, tf.sigmoid);
    case 'tanh':
      return probit(1 / 2, tf.tanh);
    default:
      return undefined;
  }
}

function expectation(
  { mean, variance }: Moments,
  f: (u: Tensor) => Tensor,
  settings: Required<GaussianActivationOptions>,
): Tensor {
  return settings.method === 'sample'
    ? sampleMean(mean, variance, f, settings)
    : quadrature(mean, variance, f);
}

function checked(
  where: string,
  mean: Tensor | TensorLike,
  variance: Tensor | TensorLike,
  activation: GaussianActivation,
  { method = 'closed', samples = 1000, seed = 0, negativeSlope = 0.2 }: GaussianActivationOptions,
) {
  demandOneOf(where, 'options.method', method, ['closed', 'quadrature', 'sample']);
  const demand = (holds: boolean, argument: string, got: unknown, expected: string) => {
    if (!holds) throw new ArgumentError({ where, argument, got, expected });
  };
  demand(Number.isSafeInteger(samples) && samples > 0, 'options.samples', samples, 'a positive integer');
  demand(Number.isSafeInteger(seed), 'options.seed', seed, 'an integer');
  demand(Number.isFinite(negativeSlope), 'options.negativeSlope', negativeSlope, 'a finite number');
  const f = namedActivation(where, activation, negativeSlope);
  if (OF_ROWS.includes(activation) && method === 'quadrature') throw ofRows(where, method);
  const moments = {
    mean: toFloatTensor(mean, where, 'mean'),
    variance: toFloatTensor(variance, where, 'variance'),
  };
  const alike = tf.util.arraysEqual(moments.mean.shape, moments.variance.shape);
  demand(alike, 'variance', moments.variance, `of shape [${moments.mean.shape}], like mean`);
  return { moments, f, settings: { method, samples, seed, negativeSlope } };
}

function ofRows(where: string, got: string): ArgumentError {
  const expected = "'sample' for an activation of whole rows";
  return new ArgumentError({ where, argument: 'options.method', got, expected });
}
