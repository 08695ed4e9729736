import { defineOp } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as reference from './reference.ts';
import * as wasm from './wasm.ts';

/** The gradient of a level's bias, [units, nodes]: the sum of dz [rows, nodes, units] over the rows. */
export const levelBiasGradient = defineOp<{ dz: Tensor }, object, Tensor>({
  name: 'DendriticBiasGrad',
  reference: ({ dz }) => reference.biasGradient(dz),
  kernels: { wasm: ({ inputs: { dz }, backend }) => wasm.biasGradient(dz, backend) },
});
