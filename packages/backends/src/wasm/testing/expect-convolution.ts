import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { noise64, toTensor } from './noise.ts';
import { type Padding, windowOver } from './window-over.ts';

/** A convolution of images with a filter of `outputs` filters or, if depthwise, `outputs` for each channel. */
export interface Convolution {
  readonly x: [batch: number, height: number, width: number, channels: number];
  readonly filter: [height: number, width: number, outputs: number];
  readonly strides?: [height: number, width: number];
  readonly pad?: Padding;
  readonly depthwise?: boolean;
}

export const explicit: Padding = [
  [1, 0],
  [2, 1],
];

export function title({ x, filter, strides = [1, 1], pad = 'valid' }: Convolution): string {
  return `[${x}] * [${filter}], strides ${strides}, padding ${pad}`;
}

export function tfPadding(
  pad: Padding = 'valid',
): 'same' | 'valid' | number | tf.backend_util.ExplicitPadding {
  return typeof pad === 'object' ? [[0, 0], ...pad, [0, 0]] : pad;
}

/**
 * Calls `visit` with the indices of every product x·w that is added to an element of y, in float64 the definition of
 * both the convolution and its gradients. Returns the shape of y.
 */
function forEachProduct(
  { x, filter, strides = [1, 1], pad = 'valid', depthwise }: Convolution,
  visit: (xAt: number, filterAt: number, yAt: number) => void,
): number[] {
  const [batch, height, width, channels] = x;
  const [filterHeight, filterWidth, outputs] = filter;
  const rows = windowOver({ length: height, size: filterHeight, stride: strides[0], pad, axis: 0 });
  const columns = windowOver({ length: width, size: filterWidth, stride: strides[1], pad, axis: 1 });
  const depth = depthwise ? channels * outputs : outputs;
  for (let image = 0; image < batch; image++)
    for (const [i, elements] of rows.entries())
      for (const [j, others] of columns.entries())
        for (const [a, row] of elements)
          for (const [b, column] of others)
            for (let c = 0; c < channels; c++)
              for (let k = 0; k < outputs; k++)
                visit(
                  ((image * height + row) * width + column) * channels + c,
                  ((a * filterWidth + b) * channels + c) * outputs + k,
                  ((image * rows.length + i) * columns.length + j) * depth +
                    (depthwise ? c * outputs + k : k),
                );
  return [batch, rows.length, columns.length, depth];
}

/** Checks values and both gradients. */
export async function expectConvolution(
  convolution: Convolution,
  op: (x: tf.Tensor, filter: tf.Tensor) => tf.Tensor,
): Promise<void> {
  const { x, filter } = convolution;
  const filterShape = [filter[0], filter[1], x[3], filter[2]];
  const shape = forEachProduct(convolution, () => {});
  const [x64, filter64, dy64] = [noise64(x, 1), noise64(filterShape, 2), noise64(shape, 3)];
  const [y, dx, dFilter] = [dy64, x64, filter64].map(({ values }) => new Float64Array(values.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  forEachProduct(convolution, (xAt, filterAt, yAt) => {
    y[yAt]! += x64.values[xAt]! * filter64.values[filterAt]!;
    dx[xAt]! += dy64.values[yAt]! * filter64.values[filterAt]!;
    dFilter[filterAt]! += dy64.values[yAt]! * x64.values[xAt]!;
  });
  const tensors = [x64, filter64, dy64].map(toTensor) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const results = [op(tensors[0], tensors[1]), ...tf.grads(op)(tensors.slice(0, 2), tensors[2])];
  expect(results.map((result) => result.shape)).toEqual([shape, x, filterShape]);
  for (const [i, expected] of [y, dx, dFilter].entries()) {
    expect(await results[i]!.data()).toBeAllClose(expected, { absolute: 1e-3, relative: 1e-4 });
  }
  tf.dispose([...tensors, ...results]);
}
