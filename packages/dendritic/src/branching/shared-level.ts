import { defineOp } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { MaskCall } from './level-shape.ts';
import * as reference from './reference.ts';
import * as wasm from './wasm.ts';
import * as webgpu from './webgpu.ts';

const inputGradient = defineOp<{ kernel: Tensor; dz: Tensor }, MaskCall & { readonly rows: number }, Tensor>({
  name: 'DendriticSharedInputGrad',
  reference: ({ kernel, dz }, mask) => reference.sharedInputGradient(kernel, dz, mask),
  kernels: {
    webgpu: ({ inputs, attrs, backend }) => webgpu.sharedInputGradient(inputs, attrs, backend),
    wasm: ({ inputs, attrs, backend }) => wasm.sharedInputGradient(inputs, attrs.rows, attrs, backend),
  },
});

/** The gradients of kernel and bias: a training asks for both, and they read the same numbers. */
const weightGradients = defineOp<{ x: Tensor; dz: Tensor }, MaskCall, Tensor[]>({
  name: 'DendriticSharedWeightGrads',
  reference: ({ x, dz }, mask) => [reference.sharedKernelGradient(x, dz, mask), reference.biasGradient(dz)],
  kernels: {
    webgpu: ({ inputs, attrs, backend }) => webgpu.sharedWeightGradients(inputs, attrs, backend),
    wasm: ({ inputs, attrs, backend }) => wasm.sharedWeightGradients(inputs, attrs, backend),
  },
});

/**
 * The first level of trees that all see x [rows, nodes · branches]: weighted sums [units, nodes, lanes] of groups of inputs, a
 * row a lane, see {@link toRows}; with kernel [units, nodes, branches] and bias [units, nodes].
 */
export const sharedLevel = defineOp<{ x: Tensor; kernel: Tensor; bias: Tensor }, MaskCall, Tensor>({
  name: 'DendriticSharedLevel',
  reference: ({ x, kernel, bias }, mask) => reference.sharedValue(x, kernel, bias, mask),
  kernels: {
    webgpu: ({ inputs, attrs, backend }) => webgpu.sharedValue(inputs, attrs, backend),
    wasm: ({ inputs, attrs, backend }) => wasm.sharedValue(inputs, attrs, backend),
  },
  gradient: {
    saves: ['x', 'kernel'],
    of(dz, { x, kernel }, mask) {
      const [dw, db] = weightGradients({ x, dz }, mask) as [Tensor, Tensor];
      const dx = () => inputGradient({ kernel, dz }, { ...mask, rows: x.shape[0]! });
      return { x: dx, kernel: () => dw, bias: () => db };
    },
  },
});
