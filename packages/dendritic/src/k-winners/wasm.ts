import { wasmModule } from '@arborize/core';
import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { KeepRule } from './keep-winners.ts';
import { wasm as embedded } from './winners.as.generated.ts';

interface Exports {
  keep(x: number, score: number, y: number, mask: number, ...sizesThenRuleThenScratch: number[]): void;
}

const module = /* @__PURE__ */ wasmModule<Exports>(embedded);

const BINS_BYTES = 1024;

export function keepOnWasm(
  x: Tensor,
  score: Tensor,
  { k, breakTies, relu }: KeepRule,
  backend: KernelBackend,
): TensorInfo[] | null {
  const kernels = module.on(backend);
  if (!kernels || x.size === 0) return null;
  const [rows, candidates] = x.shape as [number, number];
  const [y, mask] = [kernels.output(x.shape), kernels.output(x.shape)];
  kernels.withScratch(BINS_BYTES + 4 * candidates + 16, (scratch) => {
    kernels.exports.keep(
      ...kernels.addresses(x, score, y, mask),
      rows,
      candidates,
      k,
      Number(breakTies),
      Number(relu),
      scratch + BINS_BYTES,
      scratch,
    );
  });
  return [y, mask];
}
