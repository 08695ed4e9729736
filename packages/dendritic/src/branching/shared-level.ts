import { defineOp } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { levelBiasGradient } from './level-bias-gradient.ts';
import type { MaskCall } from './level-shape.ts';
import * as reference from './reference.ts';
import * as wasm from './wasm.ts';
import * as webgpu from './webgpu.ts';

const inputGradient = defineOp<{ kernel: Tensor; dz: Tensor }, MaskCall, Tensor>({
  name: 'DendriticSharedInputGrad',
  reference: ({ kernel, dz }, mask) => reference.sharedInputGradient(kernel, dz, mask),
  kernels: {
    webgpu: ({ inputs, attrs, backend }) => webgpu.sharedInputGradient(inputs, attrs, backend),
    wasm: ({ inputs, attrs, backend }) => wasm.sharedInputGradient(inputs, attrs, backend),
  },
});

const kernelGradient = defineOp<{ x: Tensor; dz: Tensor }, MaskCall, Tensor>({
  name: 'DendriticSharedKernelGrad',
  reference: ({ x, dz }, mask) => reference.sharedKernelGradient(x, dz, mask),
  kernels: {
    webgpu: ({ inputs, attrs, backend }) => webgpu.sharedKernelGradient(inputs, attrs, backend),
    wasm: ({ inputs, attrs, backend }) => wasm.sharedKernelGradient(inputs, attrs, backend),
  },
});

/**
 * The first level of trees that all see x [rows, nodes · branches]: weighted sums [rows, nodes, units] of groups of inputs,
 * with kernel [units, nodes, branches] and bias [units, nodes]. The units lie last, so that one vector holds several of them
 * and no sum runs across its lanes.
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
    of: (dz, { x, kernel }, mask) => ({
      x: () => inputGradient({ kernel, dz }, mask),
      kernel: () => kernelGradient({ x, dz }, mask),
      bias: () => levelBiasGradient({ dz }, {}),
    }),
  },
});
