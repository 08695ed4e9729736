import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

interface StoredShapes {
  readonly dataIdMap: { get(dataId: object): { readonly shape: readonly number[] } };
}

/**
 * The stock fused convolutions look at the shape with which a bias was written, not at the one it has: a bias that is the
 * reshape of a matrix fails. `run` gets a copy of it.
 */
export function withPlainBias<T>(
  backend: KernelBackend,
  bias: TensorInfo | undefined,
  run: (bias: TensorInfo | undefined) => T,
): T {
  const { dataIdMap } = backend as unknown as StoredShapes;
  if (!bias || dataIdMap.get(bias.dataId).shape.length === 1) return run(bias);
  const copy = tf.add(bias as tf.Tensor, 0);
  try {
    return run(copy);
  } finally {
    copy.dispose();
  }
}
