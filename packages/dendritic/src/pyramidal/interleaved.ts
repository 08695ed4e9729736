import { Initializer } from '@arborize/core';
import type { DataType, serialization, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type DenseOptions, partsOf } from '../stock-layers/stock-layers.ts';

type Given = DenseOptions['kernelInitializer'];

/** Two tensors [..., O] as one [..., 2·O] in which their last axes alternate. */
export function interleave(first: Tensor, second: Tensor): Tensor {
  return tf.reshape(tf.stack([first, second], -1), first.shape.with(-1, 2 * first.shape.at(-1)!));
}

/** Makes interleaved weights of basal and apical branches, each from an initialiser of its own. */
export class Interleaved extends Initializer {
  static className = 'Interleaved';

  constructor(
    private readonly basal: Initializer,
    private readonly apical: Initializer,
  ) {
    super();
  }

  override apply(shape: (number | null)[], dtype?: DataType): Tensor {
    const half = shape.with(-1, shape.at(-1)! / 2);
    return tf.tidy(() => interleave(this.basal.apply(half, dtype), this.apical.apply(half, dtype)));
  }
}

/** The initialisers of both branches, and their configs. */
export function branchInitializers(basal: Given, apical: Given) {
  const stock = partsOf({ kernelInitializer: basal });
  const first = stock.config.kernelInitializer as serialization.ConfigDict;
  const other = partsOf({ kernelInitializer: apical ?? (withNextSeed(first) as unknown as Given) });
  return {
    kernel: new Interleaved(stock.parts.kernelInitializer, other.parts.kernelInitializer),
    basal: stock.parts.kernelInitializer,
    apical: other.parts.kernelInitializer,
    config: { kernelInitializer: first, apicalKernelInitializer: other.config.kernelInitializer! },
  };
}

/** The same initialiser with another seed, if it has one: equal branches would be one branch twice. */
function withNextSeed({ className, config }: serialization.ConfigDict): serialization.ConfigDict {
  const { seed, ...rest } = config as serialization.ConfigDict;
  return { className: className!, config: typeof seed === 'number' ? { ...rest, seed: seed + 1 } : config! };
}
