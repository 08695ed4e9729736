import { defineOp } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { activation, pass } from './activation.ts';
import { checkIndex } from './check-index.ts';
import { gradientFor, isLastUse } from './last-use.ts';
import { affine, product, sampled, sumBatch } from './product.ts';
import type { ActivatedCall, ProductCall } from './product-call.ts';
import * as wasm from './wasm.ts';
import * as webgpu from './webgpu.ts';

type Inputs = { x: Tensor; values: Tensor; bias: Tensor };

const checkPattern = (_: unknown, { pattern }: ActivatedCall) => checkIndex(pattern);

/** f(x·W + bias) · mask in one pass, where f is the identity above 0 and has a slope below. */
export function activatedAffine(inputs: Inputs, call: ActivatedCall): Tensor {
  return [run(inputs, call)].flat()[0]!;
}

/** The product alone. */
function walk({ pattern, layout }: ActivatedCall, transposed: boolean): ProductCall {
  return { pattern, layout, transposed };
}

/** Gives y, and where y does not show the signs of x·W + bias, which the gradient needs, those. */
const run = defineOp<Inputs, ActivatedCall, Tensor | Tensor[]>({
  name: 'SparseMatrixActivatedAffine',
  check: checkPattern,
  reference(inputs, call) {
    const z = affine(inputs, walk(call, false));
    const y = activation(z, call);
    return call.slope < 0 ? [y, tf.greater(z, 0)] : y;
  },
  kernels: {
    wasm: ({ inputs, attrs, backend }) => wasm.activatedAffine(inputs, attrs, backend),
    webgpu: ({ inputs: { x, values, bias }, attrs, backend }) =>
      webgpu.product(x, values, bias, { ...attrs, transposed: false }, backend),
  },
  gradient: {
    saves: ['x', 'values'],
    savesOutputs: true,
    // Made here and not in thunks, so that all three gradients share what they need.
    of(dys, { x, values }, call, outputs) {
      const dy = [dys].flat()[0]!;
      const signs = outputs.at(-1)!;
      const [dz, dValues, dBias] = activationGradient({ dy, signs, x }, call) as [Tensor, Tensor, Tensor];
      if (isLastUse(dy, outputs[0]!)) dy.dispose();
      return {
        x(): Tensor {
          const dx = product({ x: dz, values }, walk(call, true));
          dz.dispose();
          return gradientFor(x, dx);
        },
        values: () => dValues,
        bias: () => dBias,
      };
    },
  },
});

/** From dy and the signs: dz, the gradient before the activation, and those of values and bias. */
const activationGradient = defineOp<{ dy: Tensor; signs: Tensor; x: Tensor }, ActivatedCall, Tensor[]>({
  name: 'SparseMatrixActivatedAffineGradient',
  check: checkPattern,
  reference({ dy, signs, x }, call) {
    const dz = pass({ from: dy, signs }, call);
    return [dz, sampled({ a: x, b: dz }, call), sumBatch({ x: dz }, call)];
  },
  kernels: {
    wasm: ({ inputs: { dy, signs, x }, attrs, backend }) =>
      wasm.activationGradient(dy, signs, x, attrs, backend),
  },
  gradient: {
    saves: ['signs', 'x'],
    savesOutputs: true,
    of([ddz, values, bias], { signs, x }, call, [dz]) {
      const all = () =>
        tf.add(
          tf.add(ddz!, product({ x, values: values! }, walk(call, false))),
          tf.expandDims(bias!, call.layout === 'batchMajor' ? 0 : 1),
        );
      return {
        dy: () => pass({ from: all(), signs }, call),
        signs: () => tf.zeros(signs.shape),
        x: (): Tensor => product({ x: dz!, values: values! }, walk(call, true)),
      };
    },
  },
});
