import * as tf from '@tensorflow/tfjs-core';
// Registers the stock gradients, some of which are replaced here.
import '@tensorflow/tfjs-layers';
import { fusedBatchNormGradient } from './fused-batch-norm.ts';

/** Steps: their result does not change in a neighbourhood of almost every point. */
const COMPARISONS = ['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual'];
const REDUCTIONS = ['All', 'Any'];

/**
 * Registers the gradients that layers of tfjs-layers need and TensorFlow.js lacks, on every backend: without them
 * Conv3DTranspose and ThresholdedReLU cannot be trained, nor anything below a Masking layer, and BatchNormalization only
 * along the last axis. Calling it again changes nothing.
 */
export function registerGradients(): void {
  for (const kernelName of COMPARISONS) provideGradient(zeroGradient(kernelName, ['a', 'b']));
  for (const kernelName of REDUCTIONS) provideGradient(zeroGradient(kernelName, ['x']));
  provideGradient(conv3dInputGradient);
  const stock = tf.getGradient('FusedBatchNorm');
  const repaired = fusedBatchNormGradient(stock);
  if (repaired !== stock) {
    tf.unregisterGradient('FusedBatchNorm');
    tf.registerGradient(repaired);
  }
}

function provideGradient(gradient: tf.GradConfig): void {
  if (!tf.getGradient(gradient.kernelName)) tf.registerGradient(gradient);
}

function zeroGradient(kernelName: string, inputsToSave: string[]): tf.GradConfig {
  return {
    kernelName,
    inputsToSave,
    gradFunc: (_dy, saved) =>
      Object.fromEntries(inputsToSave.map((name, i) => [name, () => tf.zeros(saved[i]!.shape)])),
  };
}

/** What Conv3DTranspose computes: linear in both of its inputs. */
const conv3dInputGradient: tf.GradConfig = {
  kernelName: 'Conv3DBackpropInputV2',
  inputsToSave: ['dy', 'filter'],
  gradFunc: (ddx, saved, attrs) => {
    const [dy, filter] = saved as [tf.Tensor5D, tf.Tensor5D];
    const { strides, pad } = attrs as unknown as tf.Conv3DBackpropInputV2Attrs;
    return {
      dy: () => tf.conv3d(ddx as tf.Tensor5D, filter, strides, pad),
      filter: () =>
        tf.engine().runKernel('Conv3DBackpropFilterV2', { x: ddx as tf.Tensor, dy }, {
          strides,
          pad,
          filterShape: filter.shape,
        } as unknown as tf.NamedAttrMap) as tf.Tensor,
    };
  },
};
