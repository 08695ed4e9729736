import { defineOp } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { InnerAttributes } from './inner-activations.ts';
import { productInputGradient, productValue, productWeightGradients } from './product-reference.ts';
import * as wasm from './product-wasm.ts';
import * as webgpu from './product-webgpu.ts';

type Inputs = {
  /** [B, I] */
  x: Tensor;
  /** [I, O] */
  kernel: Tensor;
  /** [I, G], G dividing O. */
  bias: Tensor;
};
type GradientInputs = Inputs & { dz: Tensor };

const isEmpty = ({ x, kernel }: Inputs) => x.size === 0 || kernel.size === 0;

/** ∂x of {@link product}. */
export const inputGradient = defineOp<GradientInputs, InnerAttributes, Tensor>({
  name: 'DacProductInputGrad',
  reference: (inputs, attrs) =>
    isEmpty(inputs) ? tf.zerosLike(inputs.x) : productInputGradient(inputs, attrs),
  kernels: {
    wasm: ({ inputs, attrs, backend }) =>
      isEmpty(inputs) ? null : wasm.inputGradient(inputs, attrs, backend),
    webgpu: ({ inputs, attrs, backend }) =>
      isEmpty(inputs) ? null : webgpu.inputGradient(inputs, attrs, backend),
  },
});

/** ∂kernel and ∂bias of {@link product}. */
export const weightGradients = defineOp<GradientInputs, InnerAttributes, Tensor[]>({
  name: 'DacProductWeightGrads',
  reference: (inputs, attrs) =>
    isEmpty(inputs)
      ? [tf.zerosLike(inputs.kernel), tf.zerosLike(inputs.bias)]
      : productWeightGradients(inputs, attrs),
  kernels: {
    wasm: ({ inputs, attrs, backend }) =>
      isEmpty(inputs) ? null : wasm.weightGradients(inputs, attrs, backend),
    webgpu: ({ inputs, attrs, backend }) =>
      isEmpty(inputs) ? null : webgpu.weightGradients(inputs, attrs, backend),
  },
});

/**
 * z_no = Σ_i kernel_io · φ(x_ni + bias_ig), g the group of output o. The backward pass recomputes φ: only the inputs are
 * kept.
 */
export const product = defineOp<Inputs, InnerAttributes, Tensor>({
  name: 'DacProduct',
  reference: (inputs, attrs) =>
    isEmpty(inputs) ? tf.zeros([inputs.x.shape[0]!, inputs.kernel.shape[1]!]) : productValue(inputs, attrs),
  kernels: {
    wasm: ({ inputs, attrs, backend }) => (isEmpty(inputs) ? null : wasm.product(inputs, attrs, backend)),
    webgpu: ({ inputs, attrs, backend }) => (isEmpty(inputs) ? null : webgpu.product(inputs, attrs, backend)),
  },
  gradient: {
    saves: ['x', 'kernel', 'bias'],
    of: (dz, { x, kernel, bias }, attrs) => {
      // One kernel makes both, so neither can wait until it is asked for.
      const [dKernel, dBias] = weightGradients({ dz, x, kernel, bias }, attrs) as [Tensor, Tensor];
      return {
        x: () => inputGradient({ dz, x, kernel, bias }, attrs),
        kernel: () => dKernel,
        bias: () => dBias,
      };
    },
  },
});
