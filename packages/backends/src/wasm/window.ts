import type { WasmKernels } from '@arborize/core';
import type { backend_util } from '@tensorflow/tfjs-core';

/** The geometry of a sliding window: the fields of `Window` in assembly/window.ts, in their order. */
export function windowFields(info: backend_util.Conv2DInfo): number[] {
  return [
    info.batchSize,
    ...[info.inHeight, info.inWidth, info.inChannels],
    ...[info.outHeight, info.outWidth],
    ...[info.filterHeight, info.filterWidth],
    ...[info.strideHeight, info.strideWidth],
    ...[info.dilationHeight, info.dilationWidth],
    ...[info.padInfo.top, info.padInfo.left],
  ];
}

/** Runs `use` with a window in scratch memory, its fields 32-bit integers in a row, and aligned behind it `bytes` more. */
export function withWindow<T>(
  { memory, withScratch }: Pick<WasmKernels<unknown>, 'memory' | 'withScratch'>,
  fields: readonly number[],
  bytes: number,
  use: (window: number, rest: number) => T,
): T {
  const size = 16 * Math.ceil(fields.length / 4);
  return withScratch(size + bytes, (window) => {
    // Addresses above 2 GiB come as negative numbers.
    new Int32Array(memory.buffer, window >>> 0, fields.length).set(fields);
    return use(window, window + size);
  });
}
