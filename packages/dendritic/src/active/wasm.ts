import { wasmModule } from '@arborize/core';
import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { wasm as embedded } from './segments.as.generated.ts';

interface Exports {
  findRuns(context: number, rows: number, width: number, starts: number, most: number): number;
  activations(...addressesThenSizes: number[]): void;
  segmentsGrad(...addressesThenSizes: number[]): void;
}

const module = /* @__PURE__ */ wasmModule<Exports>(embedded);

/** With more runs of equal contexts than these, a product of matrices is faster. */
const MOST_RUNS = 16;

/** [activations, winners] of contexts that come in a few runs of equal rows; null for others. */
export function activationsOnWasm(
  { context, segments }: { context: Tensor; segments: Tensor },
  magnitude: boolean,
  backend: KernelBackend,
): TensorInfo[] | null {
  return withRuns(context, backend, 0, (kernels, starts, runs) => {
    const [units, count, width] = segments.shape as [number, number, number];
    const shape = [context.shape[0]!, units];
    const [a, winners] = [kernels.output(shape), kernels.output(shape, 'int32')];
    const addresses = [context, segments, a, winners].map((tensor) => kernels.address(tensor));
    kernels.exports.activations(...addresses, starts, runs, units, count, width, Number(magnitude));
    return [a, winners];
  });
}

/** The gradient of the segments, for the contexts that {@link activationsOnWasm} serves. */
export function segmentsGradOnWasm(
  { dy, winners, context, segments }: { dy: Tensor; winners: Tensor; context: Tensor; segments: Tensor },
  backend: KernelBackend,
): TensorInfo | null {
  const [units, count, width] = segments.shape as [number, number, number];
  return withRuns(context, backend, 4 * units, (kernels, starts, runs, sums) => {
    const du = kernels.output(segments.shape);
    const addresses = [dy, winners, context, du].map((tensor) => kernels.address(tensor));
    kernels.exports.segmentsGrad(...addresses, starts, sums, runs, units, count, width);
    return du;
  });
}

type Kernels = NonNullable<ReturnType<typeof module.on>>;

function withRuns<T>(
  context: Tensor,
  backend: KernelBackend,
  scratchPerRun: number,
  use: (kernels: Kernels, starts: number, runs: number, scratch: number) => T,
): T | null {
  const kernels = module.on(backend);
  const [rows, width] = context.shape as [number, number];
  if (!kernels || context.size === 0) return null;
  const startsBytes = 4 * (MOST_RUNS + 1);
  const bytes = startsBytes + scratchPerRun * MOST_RUNS;
  return kernels.withScratch(bytes, (starts) => {
    const runs = kernels.exports.findRuns(kernels.address(context), rows, width, starts, MOST_RUNS);
    return runs === 0 ? null : use(kernels, starts, runs, starts + startsBytes);
  });
}
