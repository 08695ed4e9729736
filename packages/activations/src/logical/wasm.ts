import { wasmModule } from '@arborize/core';
import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { type GateCall, type GateLayout, type GateRun, type GroupFunction, gateLayout } from './gate-call.ts';
import { wasm as embedded } from './gates.as.generated.ts';

interface Exports {
  forward(gate: number, z: number, y: number, ...geometryThenScaleThenShift: number[]): void;
  backward(gate: number, z: number, dy: number, dz: number, ...geometryThenScaleThenAdd: number[]): void;
}

const module = wasmModule<Exports>(embedded);

/** The kernel of a function, and whether it is applied to −z and negated; exact gates have none. */
const kernelOf: Partial<Record<GroupFunction, readonly [gate: number, mirrored: number]>> = {
  or: [0, 0],
  and: [0, 1],
  max: [1, 0],
  min: [1, 1],
  xnor: [2, 0],
};

/** Rows go through all gates in blocks of about this many bytes, so that later gates find z in the cache. */
const BLOCK_BYTES = 32_768;

export function forward(z: Tensor, call: GateCall, backend: KernelBackend): TensorInfo | null {
  const kernels = supported(call) ? module.on(backend) : null;
  if (!kernels) return null;
  const layout = gateLayout(z.shape, call);
  const y = kernels.output(layout.outputShape);
  const [zAt, yAt] = [kernels.address(z), kernels.address(y)];
  forEachBlock(layout, call.k, (run, [gate, mirrored], geometry, zOffset, yOffset) => {
    kernels.exports.forward(gate, zAt + zOffset, yAt + yOffset, ...geometry, mirrored, run.scale, run.shift);
  });
  return y;
}

export function backward(z: Tensor, dy: Tensor, call: GateCall, backend: KernelBackend): TensorInfo | null {
  const kernels = supported(call) ? module.on(backend) : null;
  if (!kernels) return null;
  const layout = gateLayout(z.shape, call);
  const dz = kernels.output(z.shape);
  const [zAt, dyAt, dzAt] = [kernels.address(z), kernels.address(dy), kernels.address(dz)];
  forEachBlock(layout, call.k, (run, [gate, mirrored], geometry, zOffset, yOffset) => {
    const add = call.strategy === 'duplicate' && run !== layout.runs[0] ? 1 : 0;
    const addresses = [zAt + zOffset, dyAt + yOffset, dzAt + zOffset] as const;
    kernels.exports.backward(gate, ...addresses, ...geometry, mirrored, run.scale, add);
  });
  return dz;
}

function supported({ gates }: GateCall): boolean {
  return gates.every(({ gate }) => gate in kernelOf);
}

type Geometry = readonly [rows: number, zRow: number, yRow: number, groups: number, k: number, inner: number];

function forEachBlock(
  { outer, groups, inner, width, runs }: GateLayout,
  k: number,
  visit: (
    run: GateRun,
    kernel: readonly [gate: number, mirrored: number],
    geometry: Geometry,
    zOffset: number,
    yOffset: number,
  ) => void,
): void {
  const zRow = groups * k * inner;
  const yRow = width * inner;
  const rowsInBlock = Math.max(1, Math.floor(BLOCK_BYTES / (4 * zRow)));
  if (zRow === 0) return;
  for (let row = 0; row < outer; row += rowsInBlock) {
    const rows = Math.min(rowsInBlock, outer - row);
    for (const run of runs) {
      const zOffset = 4 * (row * zRow + run.first * k * inner);
      const yOffset = 4 * (row * yRow + run.at * inner);
      visit(run, kernelOf[run.gate]!, [rows, zRow, yRow, run.count, k, inner], zOffset, yOffset);
    }
  }
}
