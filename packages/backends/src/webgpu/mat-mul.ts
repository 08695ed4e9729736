import { broadcast_util, type KernelBackend, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel.ts';
import { runKernel } from './run-kernel.ts';

interface Attributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** The stock products leave one over an empty inner dimension unwritten, and know one batch dimension only. */
export function repairProducts(): void {
  for (const kernelName of ['BatchMatMul', '_FusedMatMul']) {
    replaceKernel('webgpu', kernelName, (stock) => (call) => {
      const { a, b } = call.inputs as { a: TensorInfo; b: TensorInfo };
      const { transposeA, transposeB } = call.attrs as unknown as Attributes;
      const backend = call.backend as KernelBackend;
      const inner = transposeA ? a.shape.at(-2)! : a.shape.at(-1)!;
      const made =
        inner === 0
          ? [zeroOperand(backend, a, transposeA ? -2 : -1), zeroOperand(backend, b, transposeB ? -1 : -2)]
          : broadcastBatches(backend, a, b);
      if (!made) return stock!(call);
      const y = stock!({ ...call, inputs: { ...call.inputs, a: made[0]!, b: made[1]! } });
      for (const { dataId } of made) backend.disposeData(dataId);
      return y;
    });
  }
}

/** Zeros, with one element along the axis that has none. */
function zeroOperand(backend: KernelBackend, { shape, dtype }: TensorInfo, axis: number): TensorInfo {
  return runKernel(backend, 'Fill', {}, { shape: shape.with(axis, 1), value: 0, dtype });
}

/** Operands with the same batches, or `undefined` where they are as the stock kernel takes them. */
function broadcastBatches(backend: KernelBackend, a: TensorInfo, b: TensorInfo): TensorInfo[] | undefined {
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const [sizeA, sizeB] = [util.sizeFromShape(batchA), util.sizeFromShape(batchB)];
  if (sizeA === 1 || sizeB === 1) return undefined;
  const batch = broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
  const size = util.sizeFromShape(batch);
  if (size === sizeA && size === sizeB) return undefined;
  return [a, b].map((x) => {
    const shape = [...new Array(batch.length + 2 - x.shape.length).fill(1), ...x.shape];
    const reps = shape.map((length, axis) => (axis < batch.length ? batch[axis]! / length : 1));
    return runKernel(backend, 'Tile', { x: { ...x, shape } }, { reps });
  });
}
