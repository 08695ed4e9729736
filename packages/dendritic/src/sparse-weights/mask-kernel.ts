import { defineOp, withKernel } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import { maskOnWasm } from './wasm.ts';

type Inputs = { kernel: Tensor; mask: Tensor };

/** The kernel where its bool mask is true, else 0; so is its gradient. */
export const maskKernel: (inputs: Inputs, attrs: object) => Tensor = /* @__PURE__ */ defineOp<
  Inputs,
  object,
  Tensor
>({
  name: 'MaskKernel',
  reference: ({ kernel, mask }) => tf.mul(kernel, tf.cast(mask, 'float32')),
  kernels: { wasm: ({ inputs: { kernel, mask }, backend }) => maskOnWasm(kernel, mask, backend) },
  gradient: {
    saves: ['mask'],
    of: (dy, { mask }) => ({ kernel: () => maskKernel({ kernel: dy, mask }, {}) }),
  },
});

/**
 * Runs `use` while a stock layer's kernel reads as masked, so that the stock product is the sparse one. Masked weights then have no gradient, and an optimiser leaves at 0 what starts at 0.
 */
export function withMaskedKernel<T>(layer: object, mask: LayerVariable | undefined, use: () => T): T {
  if (!mask) return use();
  const { kernel } = layer as { kernel: LayerVariable };
  return withKernel(layer, maskKernel({ kernel: kernel.read(), mask: mask.read() }, {}), use);
}
