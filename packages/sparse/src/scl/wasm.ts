import { wasmModule } from '@arborize/core';
import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { MaskUpdate, MaskUpdateInputs } from './mask-update.ts';
import { wasm as embedded } from './scl.as.generated.ts';

const module = /* @__PURE__ */ wasmModule<{
  open(x: number, mask: number, y: number, size: number): void;
  scale(g: number, w: number, scales: number, rows: number, columns: number, rate: number): void;
  update(
    mask: number,
    g: number,
    w: number,
    scales: number,
    y: number,
    rows: number,
    columns: number,
    push: number,
    limit: number,
  ): void;
}>(embedded);

export function openOnWasm(weights: Tensor, mask: Tensor, backend: KernelBackend): TensorInfo | null {
  const kernels = module.on(backend);
  if (!kernels) return null;
  const y = kernels.output(weights.shape);
  kernels.exports.open(kernels.address(weights), kernels.address(mask), kernels.address(y), weights.size);
  return y;
}

/** The default rule only: one root mean square for each position of the last axis, straight through the step. */
export function updateOnWasm(
  { mask, weights, gradient }: MaskUpdateInputs,
  { lambda, maskLearningRate, norm, axis, proxy, limit, keepAtLeast }: MaskUpdate,
  backend: KernelBackend,
): TensorInfo | null {
  const lastAxis = axis === -1 || axis === mask.rank - 1;
  if (norm !== 'rms' || proxy !== 'identity' || keepAtLeast > 0 || !lastAxis) return null;
  const kernels = module.on(backend);
  if (!kernels) return null;
  const columns = mask.shape.at(-1)!;
  const rows = columns === 0 ? 0 : mask.size / columns;
  const next = kernels.output(mask.shape);
  const [m, w, g, y] = kernels.addresses(mask, weights, gradient, next);
  kernels.withScratch(4 * columns, (scales) => {
    kernels.exports.scale(g, w, scales, rows, columns, maskLearningRate);
    const push = maskLearningRate * lambda;
    kernels.exports.update(m, g, w, scales, y, rows, columns, push, limit);
  });
  return next;
}
