import { ada, allReLU, allReLUSlope, gelu, leakyAda, mish, nish, silu } from '@arborize/activations';
import * as tf from '@tensorflow/tfjs-core';
import type { Picture } from '../experiment/experiment.ts';

type Op = (x: tf.Tensor) => tf.Tensor;

const ELEMENTWISE: Readonly<Record<string, Op>> = {
  relu: (x) => tf.relu(x),
  nish: (x) => nish(x),
  nishSinlu: (x) => nish(x, { variant: 'sinlu' }),
  ada: (x) => ada(x),
  leakyAda: (x) => leakyAda(x, { alpha: 0.1 }),
  'allReLU, odd layers': (x) => allReLU(x, allReLUSlope(1)),
  'allReLU, even layers': (x) => allReLU(x, allReLUSlope(2)),
  mish: (x) => mish(x),
  silu: (x) => silu(x),
  gelu: (x) => gelu(x),
};

/** Every activation of the experiment with its gradient; gates of two inputs along one of them. */
export async function activationPictures(): Promise<Picture[]> {
  const plain = Object.entries(ELEMENTWISE).map(async ([title, op]) => ({
    title,
    lines: await valueAndGradient(op),
  }));
  return Promise.all(plain);
}

async function valueAndGradient(op: Op, label = 'value'): Promise<Picture['lines']> {
  const [xs, ys, slopes] = tf.tidy(() => {
    const x = tf.linspace(-4, 4, 161);
    return [x, op(x), tf.grad(op)(x)] as const;
  });
  const tensors = [xs, ys, slopes];
  const [x, y, slope] = await Promise.all(tensors.map((tensor) => tensor.data()));
  tf.dispose(tensors);
  const points = (values: ArrayLike<number>) =>
    Array.from(x!, (at, i) => [short(at), short(values[i]!)] as const);
  return [
    { label, points: points(y!) },
    { label: 'gradient', dashed: true, points: points(slope!) },
  ];
}

/** Four digits are finer than a pixel and keep the report small. */
function short(value: number): number {
  return Number(value.toPrecision(4));
}
