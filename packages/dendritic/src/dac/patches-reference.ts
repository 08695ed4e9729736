import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Window } from './window.ts';

type Shape4 = [number, number, number, number];

/**
 * What a window sees of images x [N, H, W, C] at each output pixel: [N·H′·W′, size·C], with `outside` beyond the images.
 * Every op of it has a gradient.
 */
export function gatherPatches(x: Tensor, window: Window, outside: number): Tensor {
  const [batch] = x.shape as Shape4;
  const { input, output, strides, before } = window;
  const [height, width] = paddedSize(window);
  const after = [height - input[0] - before[0], width - input[1] - before[1]] as const;
  const padded = tf.pad(
    x,
    [
      [0, 0],
      [before[0], after[0]],
      [before[1], after[1]],
      [0, 0],
    ],
    outside,
  );
  const channels = input[2];
  const taps = tapsOf(window).map(([row, column]) => {
    const seen = tf.slice(
      padded,
      [0, row, column, 0],
      [batch, output[0] * strides[0], output[1] * strides[1], channels],
    );
    return tf.reshape(firstOfStrides(seen, window), [batch * output[0] * output[1], channels]);
  });
  return tf.concat(taps, 1);
}

/** The adjoint of {@link gatherPatches}: images [N, H, W, C] in which each pixel is the sum of its places in patches. */
export function scatterPatches(patches: Tensor, window: Window): Tensor {
  const { input, output, before } = window;
  const [height, width] = paddedSize(window);
  const channels = input[2];
  const batch = patches.shape[0]! / (output[0] * output[1]);
  const taps = tapsOf(window).map(([row, column], i) => {
    const tap = tf.slice(patches, [0, i * channels], [patches.shape[0]!, channels]);
    const apart = atStrides(tf.reshape(tap, [batch, ...output, channels]), window);
    const [rows, columns] = [apart.shape[1]!, apart.shape[2]!];
    return tf.pad(apart, [
      [0, 0],
      [row, height - rows - row],
      [column, width - columns - column],
      [0, 0],
    ]);
  });
  return tf.slice(tf.addN(taps), [0, before[0], before[1], 0], [batch, input[0], input[1], channels]);
}

/** Height and width with room for every tap to move by whole strides. */
function paddedSize({ input, output, size, strides, dilations, before }: Window): [number, number] {
  const along = (axis: 0 | 1) =>
    Math.max(before[axis] + input[axis], (size[axis] - 1) * dilations[axis] + output[axis] * strides[axis]);
  return [along(0), along(1)];
}

function tapsOf({ size, dilations }: Window): [row: number, column: number][] {
  return Array.from({ length: size[0] * size[1] }, (_, i) => [
    Math.floor(i / size[1]) * dilations[0],
    (i % size[1]) * dilations[1],
  ]);
}

/** Every stride-th pixel of [N, H′·stride, W′·stride, C]; a strided slice would have no gradient. */
function firstOfStrides(x: Tensor, { output, strides, input }: Window): Tensor {
  if (strides[0] === 1 && strides[1] === 1) return x;
  const [batch] = x.shape as Shape4;
  const [[height, width], [down, across], channels] = [output, strides, input[2]];
  const line = width * across * channels;
  const rows = tf.slice(tf.reshape(x, [batch * height, down * line]), [0, 0], [batch * height, line]);
  const pixels = batch * height * width;
  const seen = tf.slice(tf.reshape(rows, [pixels, across * channels]), [0, 0], [pixels, channels]);
  return tf.reshape(seen, [batch, height, width, channels]);
}

/** The adjoint of {@link firstOfStrides}: zeros between the pixels. */
function atStrides(x: Tensor, { output, strides, input }: Window): Tensor {
  if (strides[0] === 1 && strides[1] === 1) return x;
  const [batch] = x.shape as Shape4;
  const [[height, width], [down, across], channels] = [output, strides, input[2]];
  const line = width * across * channels;
  const none = [0, 0] as [number, number];
  const pixels = tf.pad(tf.reshape(x, [batch * height * width, channels]), [
    none,
    [0, (across - 1) * channels],
  ]);
  const rows = tf.pad(tf.reshape(pixels, [batch * height, line]), [none, [0, (down - 1) * line]]);
  return tf.reshape(rows, [batch, height * down, width * across, channels]);
}
