import type { backend_util } from '@tensorflow/tfjs-core';

/** The geometry of a sliding window, in the order of the arguments of `setWindow` in assembly/window.ts. */
export type WindowArguments = [
  batch: number,
  ...input: [height: number, width: number, channels: number],
  ...output: [height: number, width: number],
  ...size: [height: number, width: number],
  ...strides: [height: number, width: number],
  ...dilations: [height: number, width: number],
  ...padding: [top: number, left: number],
];

/** What a module with a `Window` exports to write one. */
export interface SetsWindow {
  setWindow(at: number, ...window: WindowArguments): void;
}

/** Bytes of a `Window`, rounded up so that what follows is aligned. */
export const WINDOW_BYTES = 64;

export function windowArguments(info: backend_util.Conv2DInfo): WindowArguments {
  return [
    info.batchSize,
    ...[info.inHeight, info.inWidth, info.inChannels],
    ...[info.outHeight, info.outWidth],
    ...[info.filterHeight, info.filterWidth],
    ...[info.strideHeight, info.strideWidth],
    ...[info.dilationHeight, info.dilationWidth],
    ...[info.padInfo.top, info.padInfo.left],
  ] as WindowArguments;
}
