import {
  ada,
  allReLU,
  gelu,
  leakyAda,
  logicalAnd,
  logicalOr,
  logicalXnor,
  mish,
  nish,
  silu,
} from '@arborize/activations';
import type * as tf from '@tensorflow/tfjs-core';
import type { Picture } from '../experiment/experiment.ts';

const RANGE = { from: -4, to: 4, count: 161 };

type Op = (x: tf.Tensor) => tf.Tensor;

/** Every activation of the experiment with its gradient. */
export async function activationPictures(): Promise<Picture[]> {
  return [];
}
