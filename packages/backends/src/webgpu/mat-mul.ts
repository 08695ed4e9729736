import { broadcast_util, type KernelBackend, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel.ts';
import { isOwnBackend } from './own-backend.ts';
import { runKernel } from './run-kernel.ts';

interface Operands {
  readonly a: TensorInfo;
  readonly b: TensorInfo;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** From here on the stock backend may split the inner dimension among workgroups. */
const LONG_INNER = 2000;

/**
 * The stock products leave one over an empty inner dimension unwritten, know one batch dimension only, and are wrong where
 * they split a long inner dimension and read a transposed right operand in fours.
 */
export function repairProducts(): void {
  for (const kernelName of ['BatchMatMul', '_FusedMatMul']) {
    replaceKernel('webgpu', kernelName, (stock) => (call) => {
      const { a, b } = call.inputs as { a: TensorInfo; b: TensorInfo };
      const given = { a, b, ...(call.attrs as object) } as Operands;
      const backend = call.backend as KernelBackend;
      // The stock kernel takes hold of its operands before it fails.
      if (isOwnBackend(backend)) backend.checkSize(outputShape(given));
      const operands = acceptable(backend, given);
      const { transposeA, transposeB } = operands;
      const y = stock!({
        ...call,
        inputs: { ...call.inputs, a: operands.a, b: operands.b },
        attrs: { ...call.attrs, transposeA, transposeB },
      });
      if (operands.a !== a) backend.disposeData(operands.a.dataId);
      if (operands.b !== b) backend.disposeData(operands.b.dataId);
      return y;
    });
  }
}

function outputShape({ a, b, transposeA, transposeB }: Operands): number[] {
  const batch = broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return [...batch, a.shape.at(transposeA ? -1 : -2)!, b.shape.at(transposeB ? -2 : -1)!];
}

/** Operands of the same product that the stock kernel takes rightly. */
function acceptable(backend: KernelBackend, operands: Operands): Operands {
  const { a, b, transposeA, transposeB } = operands;
  const inner = transposeA ? a.shape.at(-2)! : a.shape.at(-1)!;
  if (inner === 0) {
    const zeros = ({ shape, dtype }: TensorInfo, axis: number) =>
      runKernel(backend, 'Fill', {}, { shape: shape.with(axis, 1), value: 0, dtype });
    return { ...operands, a: zeros(a, transposeA ? -2 : -1), b: zeros(b, transposeB ? -1 : -2) };
  }
  const batch = util.sizeFromShape([...a.shape.slice(0, -2), ...b.shape.slice(0, -2)]);
  if (transposeB && batch === 1 && inner >= LONG_INNER && b.shape.at(-2)! % 4 === 0) {
    const axes = [...b.shape.keys()];
    const perm = [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!];
    return { ...operands, b: runKernel(backend, 'Transpose', { x: b }, { perm }), transposeB: false };
  }
  return broadcastBatches(backend, operands);
}

function broadcastBatches(backend: KernelBackend, operands: Operands): Operands {
  const { a, b } = operands;
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const [sizeA, sizeB] = [util.sizeFromShape(batchA), util.sizeFromShape(batchB)];
  if (sizeA === 1 || sizeB === 1) return operands;
  const batch = broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
  const size = util.sizeFromShape(batch);
  if (size === sizeA && size === sizeB) return operands;
  const repeat = (x: TensorInfo) => {
    const shape = [...new Array(batch.length + 2 - x.shape.length).fill(1), ...x.shape];
    const reps = shape.map((length, axis) => (axis < batch.length ? batch[axis]! / length : 1));
    return runKernel(backend, 'Tile', { x: { ...x, shape } }, { reps });
  };
  return { ...operands, a: repeat(a), b: repeat(b) };
}
