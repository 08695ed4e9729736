import { wasmModule } from '@arborize/core';
import { type KernelBackend, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { wasm } from './blocks.as.generated.ts';

interface Blocks {
  copyBlocks(
    from: number,
    fromStride: number,
    to: number,
    toStride: number,
    bytes: number,
    count: number,
  ): void;
  repeatBlocks(from: number, to: number, bytes: number, count: number, times: number): void;
}

const blocksModule = wasmModule<Blocks>(wasm);

type NumericType = 'float32' | 'int32' | 'bool';

const sizeOf = (shape: readonly number[]) => util.sizeFromShape(shape as number[]);

/** A result that shares the data of x, as the stock Reshape makes it. */
export function share(backend: KernelBackend, x: TensorInfo, shape: readonly number[] = x.shape): TensorInfo {
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape: [...shape], dtype: x.dtype };
}

/** The part of x from `begin` on of the given size. */
export function slice(
  backend: KernelBackend,
  x: TensorInfo,
  begin: readonly number[],
  size: readonly number[],
): TensorInfo {
  const isPartial = x.shape.map((length, axis) => length !== size[axis]);
  const last = isPartial.lastIndexOf(true);
  if (last < 0) return share(backend, x);
  const { exports, address, output } = blocksModule.on(backend)!;
  const part = output(size, x.dtype as NumericType);
  if (sizeOf(size) === 0) return part;
  const bytes = util.bytesPerElement(x.dtype as NumericType);
  const strides = x.shape.map((_, axis) => bytes * sizeOf(x.shape.slice(axis + 1)));
  // The last partial axis with all that is in it makes one block. Such blocks are evenly spaced in what lies between
  // it and the partial axis before it.
  const block = size[last]! * strides[last]!;
  const outer = Math.max(0, last === 0 ? 0 : isPartial.lastIndexOf(true, last - 1));
  const count = sizeOf(size.slice(outer, last));
  const calls = sizeOf(size.slice(0, outer));
  const first = begin.reduce((sum, index, axis) => sum + index * strides[axis]!, address(x));
  for (let call = 0; call < calls; call++) {
    let from = first;
    for (let axis = outer - 1, rest = call; axis >= 0; axis--) {
      from += (rest % size[axis]!) * strides[axis]!;
      rest = Math.floor(rest / size[axis]!);
    }
    const to = address(part) + call * count * block;
    exports.copyBlocks(from, last === 0 ? 0 : strides[last - 1]!, to, block, block, count);
  }
  return part;
}

/** Tensors of one type that differ in one axis, put together along it. */
export function concat(backend: KernelBackend, parts: readonly TensorInfo[], axis: number): TensorInfo {
  const { exports, address, output } = blocksModule.on(backend)!;
  const [{ shape, dtype }] = parts as [TensorInfo];
  const length = parts.reduce((sum, part) => sum + part.shape[axis]!, 0);
  const whole = output(shape.with(axis, length), dtype as NumericType);
  const bytes = util.bytesPerElement(dtype as NumericType) * sizeOf(shape.slice(axis + 1));
  const count = sizeOf(shape.slice(0, axis));
  let to = address(whole);
  for (const part of parts) {
    const block = part.shape[axis]! * bytes;
    exports.copyBlocks(address(part), block, to, length * bytes, block, count);
    to += block;
  }
  return whole;
}

/** x repeated along each axis. */
export function tile(backend: KernelBackend, x: TensorInfo, times: readonly number[]): TensorInfo {
  const { exports, address, output, withScratch } = blocksModule.on(backend)!;
  const result = output(
    x.shape.map((length, axis) => length * times[axis]!),
    x.dtype as NumericType,
  );
  if (sizeOf(result.shape) === 0) return result;
  // From the last axis to the first, each repetition takes the result of the one before.
  const steps: { block: number; count: number; times: number }[] = [];
  let block = util.bytesPerElement(x.dtype as NumericType);
  for (let axis = x.shape.length - 1; axis >= 0; axis--) {
    block *= x.shape[axis]!;
    const count = sizeOf(x.shape.slice(0, axis));
    const inner = steps.at(-1);
    if (times[axis] !== 1) {
      // Blocks that were just repeated, with nothing between, are repeated at once.
      if (inner && inner.block * inner.times === block && inner.count === count) inner.times *= times[axis]!;
      else steps.push({ block, count, times: times[axis]! });
      block *= times[axis]!;
    }
  }
  if (steps.length === 0) steps.push({ block, count: 1, times: 1 });
  const half = Math.max(0, ...steps.slice(0, -1).map((step) => step.block * step.count * step.times));
  withScratch(2 * half, (scratch) => {
    let from = address(x);
    for (const [i, step] of steps.entries()) {
      const to = i === steps.length - 1 ? address(result) : scratch + (i % 2) * half;
      exports.repeatBlocks(from, to, step.block, step.count, step.times);
      from = to;
    }
  });
  return result;
}
