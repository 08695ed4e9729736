import { defineOp } from '@arborize/core';
import type { Rank, ShapeMap, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type InnerAttributes, OUTSIDE } from './inner-activations.ts';
import { imagesOf, patchesOf } from './patches.ts';
import { inputGradient, product, weightGradients } from './product.ts';
import { patchSize, type Window } from './window.ts';

// A convolution is a product of patches. They are made some images at a time and again in the backward pass, so that the
// patches of a whole batch are never in memory.

type Inputs = {
  /** [N, H, W, I] */
  x: Tensor;
  /** [size·I, O] */
  kernel: Tensor;
  /** [size·I, G] */
  bias: Tensor;
};
type GradientInputs = Inputs & { dz: Tensor };
type Attributes = { readonly window: Window; readonly inner: InnerAttributes };

/** Values in the patches that are in memory at once. */
const CHUNK_SIZE = 2 ** 20;

/** Calls `use` with some images after another, their patches, and the rows of dz that belong to them. */
function overImages(
  x: Tensor,
  { window }: Attributes,
  use: (patches: Tensor, rowsOf: (outputs: Tensor) => Tensor) => Tensor[],
): Tensor[][] {
  const pixels = window.output[0] * window.output[1];
  const most = Math.max(1, Math.floor(CHUNK_SIZE / (pixels * patchSize(window))));
  const batch = x.shape[0]!;
  const results: Tensor[][] = [];
  for (let first = 0; first < batch; first += most) {
    const count = Math.min(most, batch - first);
    results.push(
      tf.tidy(() => {
        const images = tf.slice(x, [first, 0, 0, 0], [count, ...window.input]);
        const patches = patchesOf({ x: images }, { window, outside: OUTSIDE });
        const rowsOf = (outputs: Tensor) => {
          const columns = outputs.shape[3]!;
          const some = tf.slice(outputs, [first, 0, 0, 0], [count, ...window.output, columns]);
          return tf.reshape(some, [count * pixels, columns]);
        };
        return use(patches, rowsOf);
      }),
    );
  }
  return results;
}

/** ∂x of {@link convolution}. */
const convolutionInputGradient = defineOp<GradientInputs, Attributes, Tensor>({
  name: 'DacConvolutionInputGrad',
  reference: ({ x, kernel, bias, dz }, attrs) => {
    if (x.size === 0) return tf.zerosLike(x);
    const { window, inner } = attrs;
    const parts = overImages(x, attrs, (patches, rowsOf) => [
      imagesOf({ patches: inputGradient({ x: patches, kernel, bias, dz: rowsOf(dz) }, inner) }, { window }),
    ]);
    return tf.concat(parts.flat());
  },
});

/** ∂kernel and ∂bias of {@link convolution}. */
const convolutionWeightGradients = defineOp<GradientInputs, Attributes, Tensor[]>({
  name: 'DacConvolutionWeightGrads',
  reference: ({ x, kernel, bias, dz }, attrs) => {
    if (x.size === 0) return [tf.zerosLike(kernel), tf.zerosLike(bias)];
    const parts = overImages(x, attrs, (patches, rowsOf) =>
      weightGradients({ x: patches, kernel, bias, dz: rowsOf(dz) }, attrs.inner),
    );
    return [tf.addN(parts.map(([dKernel]) => dKernel!)), tf.addN(parts.map(([, dBias]) => dBias!))];
  },
});

/** z [N, H′, W′, O]: the product of every patch of x, taps beyond the images giving 0. */
export const convolution = defineOp<Inputs, Attributes, Tensor>({
  name: 'DacConvolution',
  reference: ({ x, kernel, bias }, attrs) => {
    const { window, inner } = attrs;
    const shape = [x.shape[0]!, ...window.output, kernel.shape[1]!];
    if (x.size === 0) return tf.zeros(shape as ShapeMap[Rank]);
    const parts = overImages(x, attrs, (patches) => [product({ x: patches, kernel, bias }, inner)]);
    return tf.reshape(tf.concat(parts.flat()), shape as ShapeMap[Rank]);
  },
  gradient: {
    saves: ['x', 'kernel', 'bias'],
    of: (dz, inputs, attrs) => {
      const [dKernel, dBias] = convolutionWeightGradients({ ...inputs, dz }, attrs) as [Tensor, Tensor];
      return {
        x: () => convolutionInputGradient({ ...inputs, dz }, attrs),
        kernel: () => dKernel,
        bias: () => dBias,
      };
    },
  },
});
