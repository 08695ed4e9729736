import { type WasmKernels, wasmModule } from '@arborize/core';
import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { wasm as dropoutWasm } from './dropout.as.generated.ts';
import { type LevelShape, levelSizes, type MaskCall, shapeOfKernel, shapeOfResult } from './level-shape.ts';
import { wasm as ownWasm } from './own-level.as.generated.ts';
import { wasm as sharedWasm } from './shared-level.as.generated.ts';
import { wasm as sharedRelaxedWasm } from './shared-level.relaxed.as.generated.ts';

type Sizes = [rows: number, nodes: number, branches: number, units: number];
type Mask = [seed: number, dropped: number, scale: number] | [];

interface Shared {
  scratchBytes(...sizes: Sizes): number;
  forward(...call: [x: number, w: number, bias: number, z: number, ...Sizes, ...Mask, scratch: number]): void;
  inputGradient(...call: [dz: number, w: number, dx: number, ...Sizes, ...Mask, scratch: number]): void;
  kernelGradient(...call: [x: number, dz: number, dw: number, ...Sizes, ...Mask, scratch: number]): void;
}

interface Plain extends Shared {
  biasGradient(dz: number, db: number, rows: number, nodes: number, units: number, scratch: number): void;
}

interface Dropout extends Shared {
  dropout(x: number, y: number, rows: number, columns: number, ...mask: Mask): void;
}

interface Own {
  scratchBytes(nodes: number, branches: number, units: number): number;
  forward(
    ...call: [h: number, w: number, bias: number, z: number, ...Sizes, slope: number, scratch: number]
  ): void;
  inputGradient(
    ...call: [h: number, w: number, dz: number, dh: number, ...Sizes, slope: number, scratch: number]
  ): void;
  kernelGradient(
    ...call: [h: number, dz: number, dw: number, ...Sizes, slope: number, scratch: number]
  ): void;
}

const plainModule = wasmModule<Plain>(sharedWasm, { relaxed: sharedRelaxedWasm });
const dropoutModule = wasmModule<Dropout>(dropoutWasm);
const ownModule = wasmModule<Own>(ownWasm);

/** The module for a call with or without a mask, and the arguments that say the mask. */
function shared(
  { seed, dropped, scale }: MaskCall,
  backend: KernelBackend,
): [WasmKernels<Shared> | null, Mask] {
  return dropped > 0 ? [dropoutModule.on(backend), [seed, dropped, scale]] : [plainModule.on(backend), []];
}

function kernelShape({ units, nodes, branches }: LevelShape): number[] {
  return [units, nodes, branches];
}

export function sharedValue(
  { x, kernel, bias }: { x: Tensor; kernel: Tensor; bias: Tensor },
  mask: MaskCall,
  backend: KernelBackend,
): TensorInfo | null {
  const [kernels, maskArguments] = shared(mask, backend);
  if (!kernels) return null;
  const { address, exports, output, withScratch } = kernels;
  const shape = shapeOfKernel(x, kernel);
  const sizes = levelSizes(shape);
  const z = output([shape.rows, shape.nodes, shape.units]);
  withScratch(exports.scratchBytes(...sizes), (scratch) => {
    const tensors = [address(x), address(kernel), address(bias), address(z)] as const;
    exports.forward(...tensors, ...sizes, ...maskArguments, scratch);
  });
  return z;
}

export function sharedInputGradient(
  { kernel, dz }: { kernel: Tensor; dz: Tensor },
  mask: MaskCall,
  backend: KernelBackend,
): TensorInfo | null {
  const [kernels, maskArguments] = shared(mask, backend);
  if (!kernels) return null;
  const { address, exports, output, withScratch } = kernels;
  const shape = shapeOfKernel(dz, kernel);
  const sizes = levelSizes(shape);
  const dx = output([shape.rows, shape.nodes * shape.branches]);
  withScratch(exports.scratchBytes(...sizes), (scratch) => {
    exports.inputGradient(address(dz), address(kernel), address(dx), ...sizes, ...maskArguments, scratch);
  });
  return dx;
}

export function sharedKernelGradient(
  { x, dz }: { x: Tensor; dz: Tensor },
  mask: MaskCall,
  backend: KernelBackend,
): TensorInfo | null {
  const [kernels, maskArguments] = shared(mask, backend);
  if (!kernels) return null;
  const { address, exports, output, withScratch } = kernels;
  const shape = shapeOfResult(x, dz);
  const sizes = levelSizes(shape);
  const dw = output(kernelShape(shape));
  withScratch(exports.scratchBytes(...sizes), (scratch) => {
    exports.kernelGradient(address(x), address(dz), address(dw), ...sizes, ...maskArguments, scratch);
  });
  return dw;
}

export function biasGradient(dz: Tensor, backend: KernelBackend): TensorInfo | null {
  const kernels = plainModule.on(backend);
  if (!kernels) return null;
  const [rows, nodes, units] = dz.shape as [number, number, number];
  const { address, exports, output, withScratch } = kernels;
  const db = output([units, nodes]);
  withScratch(4 * (nodes * units + 3), (scratch) => {
    exports.biasGradient(address(dz), address(db), rows, nodes, units, scratch);
  });
  return db;
}

export function ownValue(
  { h, kernel, bias }: { h: Tensor; kernel: Tensor; bias: Tensor },
  slope: number,
  backend: KernelBackend,
): TensorInfo | null {
  const kernels = own(slope, backend);
  if (!kernels) return null;
  const { address, exports, output, withScratch } = kernels;
  const shape = shapeOfKernel(h, kernel);
  const z = output([shape.rows, shape.nodes, shape.units]);
  withScratch(exports.scratchBytes(shape.nodes, shape.branches, shape.units), (scratch) => {
    const tensors = [address(h), address(kernel), address(bias), address(z)] as const;
    exports.forward(...tensors, ...levelSizes(shape), slope, scratch);
  });
  return z;
}

export function ownInputGradient(
  { h, kernel, dz }: { h: Tensor; kernel: Tensor; dz: Tensor },
  slope: number,
  backend: KernelBackend,
): TensorInfo | null {
  const kernels = own(slope, backend);
  if (!kernels) return null;
  const { address, exports, output, withScratch } = kernels;
  const shape = shapeOfKernel(h, kernel);
  const dh = output(h.shape);
  withScratch(exports.scratchBytes(shape.nodes, shape.branches, shape.units), (scratch) => {
    const tensors = [address(h), address(kernel), address(dz), address(dh)] as const;
    exports.inputGradient(...tensors, ...levelSizes(shape), slope, scratch);
  });
  return dh;
}

export function ownKernelGradient(
  { h, dz }: { h: Tensor; dz: Tensor },
  slope: number,
  backend: KernelBackend,
): TensorInfo | null {
  const kernels = own(slope, backend);
  if (!kernels) return null;
  const { address, exports, output, withScratch } = kernels;
  const shape = shapeOfResult(h, dz);
  const dw = output(kernelShape(shape));
  withScratch(exports.scratchBytes(shape.nodes, shape.branches, shape.units), (scratch) => {
    exports.kernelGradient(address(h), address(dz), address(dw), ...levelSizes(shape), slope, scratch);
  });
  return dw;
}

/** The kernels take the larger of h and slope · h, which is the leaky ReLU for slopes up to 1. */
function own(slope: number, backend: KernelBackend): WasmKernels<Own> | null {
  return slope <= 1 ? ownModule.on(backend) : null;
}

export function dropout(
  x: Tensor,
  { seed, dropped, scale }: MaskCall,
  backend: KernelBackend,
): TensorInfo | null {
  const kernels = dropoutModule.on(backend);
  if (!kernels) return null;
  const [rows, columns] = x.shape as [number, number];
  const y = kernels.output(x.shape);
  kernels.exports.dropout(kernels.address(x), kernels.address(y), rows, columns, seed, dropped, scale);
  return y;
}
