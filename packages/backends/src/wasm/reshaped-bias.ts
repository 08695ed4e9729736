import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel.ts';

interface StoredShapes {
  readonly dataIdMap: { get(dataId: object): { readonly shape: readonly number[] } };
}

/**
 * The stock fused convolutions look at the shape with which a bias was written, not at the one it has: a bias that is the
 * reshape of a matrix fails. It gets a copy here.
 */
export function provideReshapedBias(): void {
  for (const kernelName of ['FusedConv2D', 'FusedDepthwiseConv2D']) {
    replaceKernel('wasm', kernelName, (stock) => (call) => {
      const bias = call.inputs.bias as TensorInfo | undefined;
      const { dataIdMap } = call.backend as StoredShapes;
      if (!bias || dataIdMap.get(bias.dataId).shape.length === 1) return stock!(call);
      const copy = tf.add(bias as tf.Tensor, 0);
      try {
        return stock!({ ...call, inputs: { ...call.inputs, bias: copy } });
      } finally {
        copy.dispose();
      }
    });
  }
}
