import { defineOp } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as cpu from './cpu.ts';
import type { MaskCall } from './mask-call.ts';
import * as reference from './reference.ts';
import * as wasm from './wasm.ts';
import * as webgpu from './webgpu.ts';

// Each is linear in both of its inputs, and the gradients of each are the other two: so there are some of every order.

/** u [B, N] = scale · Σ_m x[i, m]·mask[i, m, n]·kernel[m, n]. */
export const maskedProduct: (inputs: { x: Tensor; kernel: Tensor }, call: MaskCall) => Tensor = defineOp<
  { x: Tensor; kernel: Tensor },
  MaskCall,
  Tensor
>({
  name: 'DropConnectProduct',
  reference: reference.value,
  kernels: {
    cpu: ({ inputs, attrs, backend }) => cpu.value(inputs, attrs, backend),
    wasm: ({ inputs, attrs, backend }) => wasm.value(inputs, attrs, backend),
    webgpu: ({ inputs, attrs, backend }) => webgpu.value(inputs, attrs, backend),
  },
  gradient: {
    saves: ['x', 'kernel'],
    of: (du, { x, kernel }, call) => ({
      x: () => maskedInputGradient({ du, kernel }, call),
      kernel: () => maskedKernelGradient({ x, du }, call),
    }),
  },
});

/** dx [B, M] = scale · Σ_n du[i, n]·mask[i, m, n]·kernel[m, n]. */
const maskedInputGradient: (inputs: { du: Tensor; kernel: Tensor }, call: MaskCall) => Tensor = defineOp<
  { du: Tensor; kernel: Tensor },
  MaskCall,
  Tensor
>({
  name: 'DropConnectInputGradient',
  reference: reference.inputGradient,
  kernels: {
    cpu: ({ inputs, attrs, backend }) => cpu.inputGradient(inputs, attrs, backend),
    wasm: ({ inputs, attrs, backend }) => wasm.inputGradient(inputs, attrs, backend),
    webgpu: ({ inputs, attrs, backend }) => webgpu.inputGradient(inputs, attrs, backend),
  },
  gradient: {
    saves: ['du', 'kernel'],
    of: (dx, { du, kernel }, call) => ({
      du: () => maskedProduct({ x: dx, kernel }, call),
      kernel: () => maskedKernelGradient({ x: dx, du }, call),
    }),
  },
});

/** dkernel [M, N] = scale · Σ_i x[i, m]·du[i, n]·mask[i, m, n]. */
const maskedKernelGradient: (inputs: { x: Tensor; du: Tensor }, call: MaskCall) => Tensor = defineOp<
  { x: Tensor; du: Tensor },
  MaskCall,
  Tensor
>({
  name: 'DropConnectKernelGradient',
  reference: reference.kernelGradient,
  kernels: {
    cpu: ({ inputs, attrs, backend }) => cpu.kernelGradient(inputs, attrs, backend),
    wasm: ({ inputs, attrs, backend }) => wasm.kernelGradient(inputs, attrs, backend),
    webgpu: ({ inputs, attrs, backend }) => webgpu.kernelGradient(inputs, attrs, backend),
  },
  gradient: {
    saves: ['x', 'du'],
    of: (dkernel, { x, du }, call) => ({
      x: () => maskedInputGradient({ du, kernel: dkernel }, call),
      du: () => maskedProduct({ x, kernel: dkernel }, call),
    }),
  },
});
