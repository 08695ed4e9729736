import { ArgumentError, withKernel } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import { type GradientRecorder, recordGradient } from '../layer/record-gradient.ts';
import { openWeights } from './masked-kernel.ts';

/** Options that layers with learned connectivity have besides the stock ones. */
export interface ConnectivityOptions {
  /** The first value of the mask, above 0: all connections are open. Default 0.1. */
  readonly maskInit?: number;
  /** Whether the mask stays as it is, whatever callback runs. Default `false`. */
  readonly frozen?: boolean;
}

/** What a layer with learned connectivity has, beyond what it computes. */
export interface ConnectivityLayer extends tfl.layers.Layer {
  /** w; closed ones hold what they had when they closed. */
  readonly kernel: LayerVariable;
  /** m, in the shape of the kernel: a connection is open where it is above 0. */
  readonly connectivityMask: LayerVariable;
  /** [2], saved with the others: λ where it is steered, else 0, and 1 where the mask is final. A training that goes on begins there. */
  readonly connectivityState: LayerVariable;
  /** Whether the mask stays as it is, whatever callback runs. */
  frozen: boolean;
  /** While set, training steps hand it w and the gradient by w·H(m), at all positions. */
  recorder: GradientRecorder | null;
}

export function checkMaskInit(where: string, { maskInit = 0.1 }: ConnectivityOptions): number {
  if (maskInit > 0 && maskInit < Number.POSITIVE_INFINITY) return maskInit;
  const expected = 'a number > 0';
  const remedy = 'A connection that starts closed would never have been open.';
  throw new ArgumentError({ where, argument: 'options.maskInit', got: maskInit, expected, remedy });
}

/** The arguments by which a layer adds its mask as a weight that optimisers leave alone. */
export function maskWeight({ kernel }: { kernel: LayerVariable }, maskInit: number) {
  const initializer = tfl.initializers.constant({ value: maskInit });
  return ['connectivityMask', kernel.shape as number[], 'float32', initializer, undefined, false] as const;
}

/** The arguments by which a layer adds the state of its learning. */
export function stateWeight() {
  return [
    'connectivityState',
    [2] as number[],
    'float32',
    tfl.initializers.zeros(),
    undefined,
    false,
  ] as const;
}

/** w·H(m); the caller disposes of it. */
export function openKernel({ kernel, connectivityMask }: ConnectivityLayer): Tensor {
  return openWeights({ weights: kernel.read(), mask: connectivityMask.read() }, { proxy: 'identity' });
}

/** Runs `use` while a stock layer's kernel reads as w·H(m), so that the stock product is ours. */
export function withOpenKernel(layer: ConnectivityLayer, training: boolean, use: () => Tensor): Tensor {
  const { kernel, recorder } = layer;
  return tf.tidy(() => {
    const open = openKernel(layer);
    const read = training && recorder ? recordGradient(kernel.read(), open, recorder) : open;
    return withKernel(layer, read, use);
  });
}
