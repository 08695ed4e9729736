import { type WasmKernels, wasmModule } from '@arborize/core';
import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { wasm as dropoutWasm } from './dropout.as.generated.ts';
import { type LevelShape, type MaskCall, shapeOfKernel, shapeOfResult } from './level-shape.ts';
import { wasm as ownWasm } from './own-level.as.generated.ts';
import { wasm as sharedWasm } from './shared-level.as.generated.ts';
import { wasm as sharedRelaxedWasm } from './shared-level.relaxed.as.generated.ts';

type Sizes = [rows: number, lanes: number, nodes: number, branches: number, units: number];
type MaskArguments = [seed: number, dropped: number, scale: number];
type Mask = MaskArguments | [];

interface Shared {
  forward(...call: [x: number, w: number, bias: number, z: number, ...Sizes, scratch: number, ...Mask]): void;
  inputGradient(...call: [dz: number, w: number, dx: number, ...Sizes, scratch: number, ...Mask]): void;
  weightGradients(
    ...call: [x: number, dz: number, dw: number, db: number, ...Sizes, scratch: number, ...Mask]
  ): void;
}

interface Plain extends Shared {
  scratchBytes(branches: number): number;
}

interface Dropout extends Shared {
  scratchBytes(rows: number, branches: number, units: number): number;
  matrixScratchBytes(rows: number, columns: number): number;
  dropout(
    ...call: [x: number, y: number, rows: number, columns: number, ...MaskArguments, scratch: number]
  ): void;
}

/** A level as the kernels of own inputs see it: the nodes of all units. */
type OwnSizes = [lanes: number, nodes: number, branches: number, slope: number];

interface Own {
  forward(...call: [h: number, w: number, bias: number, z: number, ...OwnSizes]): void;
  gradients(
    ...call: [h: number, w: number, dz: number, dh: number, dw: number, db: number, ...OwnSizes]
  ): void;
  toLines(x: number, to: number, rows: number, columns: number, lanes: number, repeat: boolean): void;
  toRows(lines: number, to: number, rows: number, columns: number, lanes: number): void;
}

const plainModule = wasmModule<Plain>(sharedWasm, { relaxed: sharedRelaxedWasm });
const dropoutModule = wasmModule<Dropout>(dropoutWasm);
const ownModule = wasmModule<Own>(ownWasm);

interface SharedShape extends LevelShape {
  readonly rows: number;
}

function sharedShape(kernel: Tensor, rows: number): SharedShape {
  return { ...shapeOfKernel(kernel, lanesFor(rows)), rows };
}

/** Runs `use` on the kernels of a call with or without a mask, with the last of their arguments. */
function withShared<Result>(
  { rows, nodes, branches, units }: SharedShape,
  { seed, dropped, scale }: MaskCall,
  backend: KernelBackend,
  use: (kernels: WasmKernels<Shared>, ...last: [...Sizes, scratch: number, ...Mask]) => Result,
): Result | null {
  const sizes: Sizes = [rows, lanesFor(rows), nodes, branches, units];
  if (dropped === 0) {
    const plain = plainModule.on(backend);
    if (!plain) return null;
    return plain.withScratch(plain.exports.scratchBytes(branches), (scratch) =>
      use(plain, ...sizes, scratch),
    );
  }
  const masked = dropoutModule.on(backend);
  if (!masked) return null;
  return masked.withScratch(masked.exports.scratchBytes(rows, branches, units), (scratch) =>
    use(masked, ...sizes, scratch, seed, dropped, scale),
  );
}

export function sharedValue(
  { x, kernel, bias }: { x: Tensor; kernel: Tensor; bias: Tensor },
  mask: MaskCall,
  backend: KernelBackend,
): TensorInfo | null {
  const shape = sharedShape(kernel, x.shape[0]!);
  return withShared(shape, mask, backend, ({ address, exports, output }, ...last) => {
    const z = output([shape.units, shape.nodes, shape.lanes]);
    exports.forward(address(x), address(kernel), address(bias), address(z), ...last);
    return z;
  });
}

export function sharedInputGradient(
  { kernel, dz }: { kernel: Tensor; dz: Tensor },
  rows: number,
  mask: MaskCall,
  backend: KernelBackend,
): TensorInfo | null {
  const shape = sharedShape(kernel, rows);
  return withShared(shape, mask, backend, ({ address, exports, output }, ...last) => {
    const dx = output([rows, shape.nodes * shape.branches]);
    exports.inputGradient(address(dz), address(kernel), address(dx), ...last);
    return dx;
  });
}

export function sharedWeightGradients(
  { x, dz }: { x: Tensor; dz: Tensor },
  mask: MaskCall,
  backend: KernelBackend,
): TensorInfo[] | null {
  // The kernels add up blocks of rows, and write nothing where there is none.
  if (x.size === 0) return null;
  const shape = { ...shapeOfResult(x.shape[1]!, dz), rows: x.shape[0]! };
  return withShared(shape, mask, backend, ({ address, exports, output }, ...last) => {
    const [dw, db] = weightOutputs(shape, output);
    exports.weightGradients(address(x), address(dz), address(dw), address(db), ...last);
    return [dw, db];
  });
}

function weightOutputs(
  { units, nodes, branches }: LevelShape,
  output: WasmKernels<unknown>['output'],
): [TensorInfo, TensorInfo] {
  return [output([units, nodes, branches]), output([units, nodes])];
}

export function ownValue(
  { h, kernel, bias }: { h: Tensor; kernel: Tensor; bias: Tensor },
  slope: number,
  backend: KernelBackend,
): TensorInfo | null {
  const kernels = own(slope, backend);
  if (!kernels) return null;
  const { address, exports, output } = kernels;
  const shape = shapeOfKernel(kernel, h.shape[2]!);
  const z = output([shape.units, shape.nodes, shape.lanes]);
  exports.forward(address(h), address(kernel), address(bias), address(z), ...ownSizes(shape), slope);
  return z;
}

export function ownGradients(
  { h, kernel, dz }: { h: Tensor; kernel: Tensor; dz: Tensor },
  slope: number,
  backend: KernelBackend,
): TensorInfo[] | null {
  const kernels = own(slope, backend);
  if (!kernels) return null;
  const { address, exports, output } = kernels;
  const shape = shapeOfResult(h.shape[1]!, dz);
  const results = [output(h.shape), ...weightOutputs(shape, output)] as const;
  const [dh, dw, db] = results;
  const inputs = [address(h), address(kernel), address(dz)] as const;
  exports.gradients(...inputs, address(dh), address(dw), address(db), ...ownSizes(shape), slope);
  return [...results];
}

/** The kernels take the larger of h and slope · h, which is the leaky ReLU for slopes up to 1. */
function own(slope: number, backend: KernelBackend): WasmKernels<Own> | null {
  return slope <= 1 ? ownModule.on(backend) : null;
}

function ownSizes({ lanes, nodes, branches, units }: LevelShape): [number, number, number] {
  return [lanes, units * nodes, branches];
}

/** Whole vectors. */
function lanesFor(rows: number): number {
  return 4 * Math.ceil(rows / 4);
}

export function toLines(x: Tensor, repeatLast: boolean, backend: KernelBackend): TensorInfo | null {
  const kernels = ownModule.on(backend);
  if (!kernels) return null;
  const [rows, columns] = x.shape as [number, number];
  const lanes = lanesFor(rows);
  const lines = kernels.output([columns, lanes]);
  kernels.exports.toLines(kernels.address(x), kernels.address(lines), rows, columns, lanes, repeatLast);
  return lines;
}

export function toRows(lines: Tensor, rows: number, backend: KernelBackend): TensorInfo | null {
  const kernels = ownModule.on(backend);
  if (!kernels) return null;
  const [columns, lanes] = lines.shape as [number, number];
  const x = kernels.output([rows, columns]);
  kernels.exports.toRows(kernels.address(lines), kernels.address(x), rows, columns, lanes);
  return x;
}

export function dropout(
  x: Tensor,
  { seed, dropped, scale }: MaskCall,
  backend: KernelBackend,
): TensorInfo | null {
  const kernels = dropoutModule.on(backend);
  if (!kernels) return null;
  const { address, exports, output, withScratch } = kernels;
  const [rows, columns] = x.shape as [number, number];
  const y = output(x.shape);
  withScratch(exports.matrixScratchBytes(rows, columns), (scratch) => {
    exports.dropout(address(x), address(y), rows, columns, seed, dropped, scale, scratch);
  });
  return y;
}
