import { defineOp } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as reference from './reference.ts';
import * as wasm from './wasm.ts';
import * as webgpu from './webgpu.ts';

interface LeakyCall {
  /** The factor of negative inputs; 1 for none. */
  readonly slope: number;
}

/** The gradients of inputs, kernel and bias: a training asks for all of them, and they read the same numbers. */
const gradients = defineOp<{ h: Tensor; kernel: Tensor; dz: Tensor }, LeakyCall, Tensor[]>({
  name: 'DendriticOwnGrads',
  reference: ({ h, kernel, dz }, { slope }) => [
    reference.ownInputGradient(h, kernel, dz, slope),
    reference.ownKernelGradient(h, dz, slope),
    reference.biasGradient(dz),
  ],
  kernels: {
    webgpu: ({ inputs, attrs: { slope }, backend }) => webgpu.ownGradients(inputs, slope, backend),
    wasm: ({ inputs, attrs: { slope }, backend }) => wasm.ownGradients(inputs, slope, backend),
  },
});

/**
 * A level whose inputs h [units, nodes · branches, lanes] belong to one unit each: weighted sums [units, nodes, lanes] of the
 * leaky ReLU of h, with kernel [units, nodes, branches] and bias [units, nodes]. With the activation on its inputs the
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
    of(dz, { h, kernel }, call) {
      const [dh, dw, db] = gradients({ h, kernel, dz }, call) as [Tensor, Tensor, Tensor];
      return { h: () => dh, kernel: () => dw, bias: () => db };
    },
  },
});
