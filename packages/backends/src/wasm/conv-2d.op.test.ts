import { type Array64, array64 } from '@arborize/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { noise64, toTensor } from './testing/noise.ts';
import { type Window, windowOver } from './testing/window-over.ts';

type Padding = Window['pad'];

interface Case {
  readonly x: [batch: number, height: number, width: number, channels: number];
  readonly filter: [height: number, width: number, filters: number];
  readonly strides?: [height: number, width: number];
  readonly pad?: Padding;
}

/** Calls `visit` with the indices of every product x·w that convolution adds to an element of y. */
function forEachProduct(
  { x, filter, strides = [1, 1], pad = 'valid' }: Case,
  visit: (xAt: number, filterAt: number, yAt: number) => void,
): number[] {
  const [batch, height, width, channels] = x;
  const [filterHeight, filterWidth, filters] = filter;
  const [rows, columns] = [
    windowOver({ length: height, size: filterHeight, stride: strides[0], pad, axis: 0 }),
    windowOver({ length: width, size: filterWidth, stride: strides[1], pad, axis: 1 }),
  ];
  for (let image = 0; image < batch; image++)
    for (const [i, taps] of rows.entries())
      for (const [j, otherTaps] of columns.entries())
        for (const [a, row] of taps)
          for (const [b, column] of otherTaps)
            for (let c = 0; c < channels; c++)
              for (let f = 0; f < filters; f++)
                visit(
                  ((image * height + row) * width + column) * channels + c,
                  ((a * filterWidth + b) * channels + c) * filters + f,
                  ((image * rows.length + i) * columns.length + j) * filters + f,
                );
  return [batch, rows.length, columns.length, filters];
}

function conv64(setting: Case, x: Array64, filter: Array64): Array64 {
  const shape = forEachProduct(setting, () => {});
  const y = new Float64Array(tf.util.sizeFromShape(shape));
  forEachProduct(setting, (xAt, filterAt, yAt) => {
    y[yAt]! += x.values[xAt]! * filter.values[filterAt]!;
  });
  return array64(shape, y);
}

const explicit: Padding = [
  [1, 0],
  [2, 1],
];

const settings: Case[] = [
  { x: [2, 4, 4, 3], filter: [3, 3, 2] },
  { x: [1, 5, 7, 1], filter: [3, 2, 5], pad: 'same' },
  { x: [2, 7, 5, 2], filter: [3, 3, 3], strides: [2, 3], pad: 'same' },
  { x: [1, 6, 5, 4], filter: [2, 3, 4], strides: [2, 1], pad: explicit },
  { x: [3, 3, 3, 5], filter: [1, 1, 7], strides: [2, 2] },
  { x: [2, 2, 2, 1], filter: [4, 4, 3], pad: 'same' },
  { x: [2, 6, 6, 1], filter: [1, 1, 1], strides: [3, 3] },
  { x: [2, 1, 11, 3], filter: [1, 8, 5], pad: 'same' },
  { x: [0, 4, 4, 3], filter: [3, 3, 2] },
  // Larger than one block of patches.
  { x: [3, 23, 21, 17], filter: [5, 5, 9], pad: 'same' },
  { x: [2, 40, 40, 3], filter: [7, 7, 4], strides: [2, 2], pad: 'same' },
];

const title = ({ x, filter, strides, pad }: Case) =>
  `[${x}] * [${filter}], strides ${strides ?? 1}, ${typeof pad === 'object' ? 'explicit' : (pad ?? 'valid')}`;

const tfPadding = (pad: Padding = 'valid') =>
  typeof pad === 'string' ? pad : ([[0, 0], ...pad, [0, 0]] as tf.backend_util.ExplicitPadding);

for (const setting of settings) {
  const { x, filter, strides = [1, 1], pad } = setting;
  const [height, width, filters] = filter;
  const filterShape = [height, width, x[3], filters];
  const op = (a: tf.Tensor, b: tf.Tensor) =>
    tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, tfPadding(pad));

  describe(`conv2d ${title(setting)}: against reference`, () => {
    it('has the values and both gradients', async () => {
      const [x64, filter64] = [noise64(x, 1), noise64(filterShape, 2)];
      const expected = conv64(setting, x64, filter64);
      const dy64 = noise64(expected.shape, 3);
      const [dx, dFilter] = [x64, filter64].map(({ values }) => new Float64Array(values.length));
      forEachProduct(setting, (xAt, filterAt, yAt) => {
        dx![xAt]! += dy64.values[yAt]! * filter64.values[filterAt]!;
        dFilter![filterAt]! += dy64.values[yAt]! * x64.values[xAt]!;
      });
      const [xTensor, filterTensor, dy] = [x64, filter64, dy64].map(toTensor) as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ];
      const close = { absolute: 1e-3, relative: 1e-4 };
      const y = op(xTensor, filterTensor);
      expect(y.shape).toEqual(expected.shape);
      expect(await y.data()).toBeAllClose(expected.values, close);
      const [dxTensor, dFilterTensor] = tf.grads(op)([xTensor, filterTensor], dy) as [tf.Tensor, tf.Tensor];
      expect(dxTensor.shape).toEqual(x);
      expect(await dxTensor.data()).toBeAllClose(dx!, close);
      expect(dFilterTensor.shape).toEqual(filterShape);
      expect(await dFilterTensor.data()).toBeAllClose(dFilter!, close);
      tf.dispose([xTensor, filterTensor, dy, y, dxTensor, dFilterTensor]);
    });
  });
}
