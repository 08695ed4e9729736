import { ArgumentError, toFloatTensor } from '@arborize/core';
import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type ConnectionOptions, checkConnection, compose, spread } from './connect.ts';
import { convolution } from './convolution.ts';
import { gatherPatches } from './patches-reference.ts';
import { type Window, windowOver } from './window.ts';

type Pair = [number, number];
type Shape4 = [number, number, number, number];

/** What happens in the connections of a convolution. */
export interface ConvolutionOptions extends ConnectionOptions {
  /** Distance of the pixels that a window sees. Default 1. */
  readonly dilations?: number | readonly [height: number, width: number];
  /** A bias for every pair of channels, shared by the taps (default), or one for every weight. */
  readonly biasMode?: 'channel' | 'tap';
}

/**
 * A convolution in which every connection has a bias and a ReLU of its own, before the sum.
 *
 *     z[n, p, q, o] = Σ_{u,v,i} K[u, v, i, o] · φ(x[n, p·s + u·d − pad, q·s + v·d − pad, i] + b[i, g])
 *
 * with b[u, v, i, g] in mode `'tap'`, and g = ⌊o·G/O⌋. Taps beyond the image contribute 0, not φ(b). Neither pass stores
 * a number for every connection and pixel. First derivatives only.
 *
 * @param x [N, H, W, I] or [H, W, I], float32, or numbers; int32 and bool are cast.
 * @param filter [height, width, I, O].
 * @param bias [I, G], or [height, width, I, G] in mode `'tap'`, with G dividing O.
 * @param strides A positive integer, or one for each axis.
 * @param pad `'same'`, `'valid'`, or pixels on every side.
 * @returns [N, H′, W′, O], or [H′, W′, O]; the caller disposes of it.
 * @throws ArgumentError if shapes do not fit, G does not divide O, or an option has an unknown value.
 * @example
 * const x = tf.tensor([0, 0.25, 0.5, 0.75], [2, 2, 1]);
 * dacConv2d(x, tf.ones([1, 1, 1, 2]), [[0, -0.5]], 1, 'valid').print(); // 0, 0.25, 0.5, 0.75 and 0, 0, 0, 0.25
 * @see Metta et al., "Increasing biases can be more efficient than increasing weights", WACV 2024, arXiv 2301.00924.
 */
export function dacConv2d(
  x: Tensor | TensorLike,
  filter: Tensor | TensorLike,
  bias: Tensor | TensorLike,
  strides: number | readonly [height: number, width: number],
  pad: 'same' | 'valid' | number,
  options: ConvolutionOptions = {},
): Tensor {
  return convolve('dacConv2d', x, filter, bias, strides, pad, options);
}

export function convolve(
  where: string,
  x: Tensor | TensorLike,
  filter: Tensor | TensorLike,
  bias: Tensor | TensorLike,
  strides: number | readonly [number, number],
  pad: 'same' | 'valid' | number,
  options: ConvolutionOptions,
): Tensor {
  const { dilations = 1, biasMode = 'channel' } = options;
  if (biasMode !== 'channel' && biasMode !== 'tap') {
    throw new ArgumentError({
      where,
      argument: 'options.biasMode',
      got: biasMode,
      expected: "'channel' or 'tap'",
    });
  }
  const connection = checkConnection(where, options);
  const [strideSizes, dilationSizes] = [
    pair(where, 'strides', strides),
    pair(where, 'options.dilations', dilations),
  ];
  return tf.tidy(() => {
    const image = toFloatTensor(x, where, 'x');
    const weights = toFloatTensor(filter, where, 'filter');
    const biases = toFloatTensor(bias, where, 'bias');
    if (weights.rank !== 4) throw fault(where, 'filter', weights, 'of shape [height, width, I, O]');
    const [height, width, inputs, outputs] = weights.shape as Shape4;
    if ((image.rank !== 3 && image.rank !== 4) || image.shape.at(-1) !== inputs) {
      throw fault(
        where,
        'x',
        image,
        `of shape [N, H, W, ${inputs}] or [H, W, ${inputs}], for a filter of shape [${weights.shape}]`,
      );
    }
    const front = biasMode === 'tap' ? [height, width, inputs] : [inputs];
    const groups = biases.shape.at(-1) ?? 0;
    const fits = biases.rank === front.length + 1 && front.every((size, axis) => size === biases.shape[axis]);
    if (!fits || !(groups > 0) || outputs % groups !== 0) {
      throw fault(where, 'bias', biases, `of shape [${front.join(', ')}, G] with G dividing ${outputs}`);
    }
    const images = (image.rank === 3 ? tf.expandDims(image, 0) : image) as tf.Tensor4D;
    const window = windowOver(images.shape, weights.shape as Shape4, strideSizes, dilationSizes, pad);
    if (window.output.some((size) => size < 1)) {
      throw fault(
        where,
        'x',
        image,
        `at least as large as the window of ${height} × ${width} pixels, dilated by ${dilationSizes.join(' × ')}`,
      );
    }
    const kernel = tf.reshape(weights, [height * width * inputs, outputs]);
    const forTaps = spread(toEveryTap(biases, height * width), outputs);
    const z =
      typeof connection === 'function'
        ? composed(images, kernel, forTaps, window, connection)
        : convolution(
            { x: images, kernel, bias: forTaps },
            { window, inner: { ...connection, padded: true } },
          );
    return image.rank === 3 ? tf.squeeze(z, [0]) : z;
  });
}

/** A bias [I, G] or [height, width, I, G] as [taps·I, G]. */
function toEveryTap(bias: Tensor, taps: number): Tensor {
  const groups = bias.shape.at(-1)!;
  if (bias.rank > 2) return tf.reshape(bias, [-1, groups]);
  const inputs = bias.shape[0]!;
  return tf.reshape(tf.mul(tf.expandDims(bias, 0), tf.ones([taps, 1, 1])), [taps * inputs, groups]);
}

/** Any activation, on the tape. */
function composed(
  images: Tensor,
  kernel: Tensor,
  bias: Tensor,
  window: Window,
  activation: (z: Tensor) => Tensor,
): Tensor {
  const patches = gatherPatches(images, window, 0);
  const seen = gatherPatches(tf.onesLike(images), window, 0);
  const z = compose(patches, kernel, bias, (y) => tf.mul(activation(y), seen));
  return tf.reshape(z, [images.shape[0]!, ...window.output, kernel.shape[1]!]);
}

function pair(where: string, argument: string, value: number | readonly [number, number]): Pair {
  const sizes = typeof value === 'number' ? [value, value] : [...value];
  if (sizes.length === 2 && sizes.every((size) => Number.isInteger(size) && size > 0)) return sizes as Pair;
  throw new ArgumentError({ where, argument, got: value, expected: 'a positive integer or two of them' });
}

function fault(where: string, argument: string, got: Tensor, expected: string): ArgumentError {
  return new ArgumentError({ where, argument, got, expected });
}
