import { backend_util } from '@tensorflow/tfjs-core';

/** The geometry of a window that slides over images. */
export interface Window {
  readonly input: readonly [height: number, width: number, channels: number];
  readonly output: readonly [height: number, width: number];
  readonly size: readonly [height: number, width: number];
  readonly strides: readonly [height: number, width: number];
  readonly dilations: readonly [height: number, width: number];
  /** Rows and columns that it reaches beyond the image before its first pixel. */
  readonly before: readonly [top: number, left: number];
}

export function windowOver(
  input: readonly [batch: number, height: number, width: number, channels: number],
  filter: readonly [height: number, width: number, channels: number, filters: number],
  strides: [number, number],
  dilations: [number, number],
  pad: 'same' | 'valid' | number,
): Window {
  const info = backend_util.computeConv2DInfo([...input], [...filter], strides, dilations, pad);
  return {
    input: [info.inHeight, info.inWidth, info.inChannels],
    output: [info.outHeight, info.outWidth],
    size: [info.filterHeight, info.filterWidth],
    strides,
    dilations,
    before: [info.padInfo.top, info.padInfo.left],
  };
}

/** Values in a patch. */
export function patchSize({ size, input }: Window): number {
  return size[0] * size[1] * input[2];
}
