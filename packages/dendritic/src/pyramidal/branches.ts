import { defineOp } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {
  alphaGradient,
  type BranchAttributes,
  branchesGradient,
  branchesValue,
} from './branches-reference.ts';
import * as wasm from './branches-wasm.ts';
import * as webgpu from './branches-webgpu.ts';

type Inputs = {
  /** [N, 2·O]: basal and apical sums in turns. */
  uv: Tensor;
  /** [1] or [O] */
  alpha: Tensor;
};
type GradientInputs = Inputs & { dy: Tensor };

const sumsGradient = defineOp<GradientInputs, BranchAttributes, Tensor>({
  name: 'PyramidalBranchesGrad',
  reference: branchesGradient,
  kernels: {
    wasm: ({ inputs, attrs, backend }) => wasm.backward(inputs, attrs, backend),
    webgpu: ({ inputs, attrs, backend }) => webgpu.backward(inputs, attrs, backend),
  },
});

const decayGradient = defineOp<GradientInputs, BranchAttributes, Tensor>({
  name: 'PyramidalAlphaGrad',
  reference: (inputs, attrs) =>
    inputs.uv.size === 0 ? tf.zerosLike(inputs.alpha) : alphaGradient(inputs, attrs),
  kernels: {
    wasm: ({ inputs, attrs, backend }) =>
      inputs.uv.size === 0 ? null : wasm.alphaGradient(inputs, attrs, backend),
  },
});

/** y [N, O] = relu(u) + leakyAda(v) in one pass; the backward pass recomputes from the sums, which are all that is kept. */
export const branches = defineOp<Inputs, BranchAttributes, Tensor>({
  name: 'PyramidalBranches',
  reference: (inputs, attrs) =>
    inputs.uv.size === 0
      ? tf.zeros([inputs.uv.shape[0]!, inputs.uv.shape[1]! / 2])
      : branchesValue(inputs, attrs),
  kernels: {
    wasm: ({ inputs, attrs, backend }) => wasm.forward(inputs, attrs, backend),
    webgpu: ({ inputs, attrs, backend }) => webgpu.forward(inputs, attrs, backend),
  },
  gradient: {
    saves: ['uv', 'alpha'],
    of: (dy, { uv, alpha }, attrs) => ({
      uv: () => sumsGradient({ uv, alpha, dy }, attrs),
      alpha: () => decayGradient({ uv, alpha, dy }, attrs),
    }),
  },
});
