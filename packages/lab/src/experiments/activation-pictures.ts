import {
  ada,
  allReLU,
  allReLUSlope,
  andAil,
  gelu,
  leakyAda,
  mish,
  nish,
  orAil,
  silu,
  xnorAil,
} from '@arborize/activations';
import * as tf from '@tensorflow/tfjs-core';
import type { LinePicture, Picture } from '../experiment/picture.ts';

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

const GATES = { or: orAil, and: andAil, xnor: xnorAil };

/** Every activation of the experiment with its gradient; gates of two inputs along the first one. */
export async function activationPictures(): Promise<Picture[]> {
  const alongFirst = Object.entries(GATES).flatMap(([name, gate]) =>
    [-1, 1].map((second): [string, Op] => [
      `${name}(x, ${second})`,
      (x) => gate(tf.stack([x, tf.fill(x.shape, second)], -1), { normalized: true }),
    ]),
  );
  return Promise.all(
    [...Object.entries(ELEMENTWISE), ...alongFirst].map(async ([title, op]) => ({
      title,
      lines: await valueAndGradient(op),
    })),
  );
}

async function valueAndGradient(op: Op): Promise<LinePicture['lines']> {
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
    { label: 'value', points: points(y!) },
    { label: 'gradient', dashed: true, points: points(slope!) },
  ];
}

/** Four digits are finer than a pixel and keep the report small. */
function short(value: number): number {
  return Number(value.toPrecision(4));
}
