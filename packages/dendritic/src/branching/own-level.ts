import { defineOp } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { levelBiasGradient } from './level-bias-gradient.ts';
import * as reference from './reference.ts';
import * as wasm from './wasm.ts';
import * as webgpu from './webgpu.ts';

interface LeakyCall {
  /** The factor of negative inputs; 1 for none. */
  readonly slope: number;
}

const inputGradient = defineOp<{ h: Tensor; kernel: Tensor; dz: Tensor }, LeakyCall, Tensor>({
  name: 'DendriticOwnInputGrad',
  reference: ({ h, kernel, dz }, { slope }) => reference.ownInputGradient(h, kernel, dz, slope),
  kernels: {
    webgpu: ({ inputs, attrs: { slope }, backend }) => webgpu.ownInputGradient(inputs, slope, backend),
    wasm: ({ inputs, attrs: { slope }, backend }) => wasm.ownInputGradient(inputs, slope, backend),
  },
});

const kernelGradient = defineOp<{ h: Tensor; dz: Tensor }, LeakyCall, Tensor>({
  name: 'DendriticOwnKernelGrad',
  reference: ({ h, dz }, { slope }) => reference.ownKernelGradient(h, dz, slope),
  kernels: {
    webgpu: ({ inputs, attrs: { slope }, backend }) => webgpu.ownKernelGradient(inputs, slope, backend),
    wasm: ({ inputs, attrs: { slope }, backend }) => wasm.ownKernelGradient(inputs, slope, backend),
  },
});

/**
 * A level whose inputs h [rows, nodes · branches, units] belong to one unit each: weighted sums [rows, nodes, units] of
 * the leaky ReLU of h, with kernel [units, nodes, branches] and bias [units, nodes]. With the activation on its inputs the
 * backward pass needs no output.
 */
export const ownLevel = defineOp<{ h: Tensor; kernel: Tensor; bias: Tensor }, LeakyCall, Tensor>({
  name: 'DendriticOwnLevel',
  reference: ({ h, kernel, bias }, { slope }) => reference.ownValue(h, kernel, bias, slope),
  kernels: {
    webgpu: ({ inputs, attrs: { slope }, backend }) => webgpu.ownValue(inputs, slope, backend),
    wasm: ({ inputs, attrs: { slope }, backend }) => wasm.ownValue(inputs, slope, backend),
  },
  gradient: {
    saves: ['h', 'kernel'],
    of: (dz, { h, kernel }, call) => ({
      h: () => inputGradient({ h, kernel, dz }, call),
      kernel: () => kernelGradient({ h, dz }, call),
      bias: () => levelBiasGradient({ dz }, {}),
    }),
  },
});
