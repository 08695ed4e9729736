import { DropConnectDense, dropConnectMatMul, dropConnectMoments } from '@arborize/sparse';
import * as tf from '@tensorflow/tfjs-core';
import type { LinePicture } from '../experiment/picture.ts';
import type { Trained } from '../experiment/train-model.ts';

const MASKS = 5000;
const BINS = 41;
/** Standard deviations to either side. */
const REACH = 4;

/** For one image and one unit of each layer, what 5000 masks make of the unit's input, and the normal density that stands for it. */
export async function preActivationPictures({ model, test }: Trained): Promise<LinePicture[]> {
  const pictures: LinePicture[] = [];
  let x = tf.slice(test.xs, 0, 1);
  for (const layer of model.layers) {
    if (layer instanceof DropConnectDense) pictures.push(await pictureOf(layer, x, pictures.length + 1));
    const next = tf.tidy(() => tf.clone(layer.call(x, {}) as tf.Tensor));
    x.dispose();
    x = next;
  }
  x.dispose();
  return pictures;
}

async function pictureOf(layer: DropConnectDense, x: tf.Tensor, number: number): Promise<LinePicture> {
  const [kernel, bias] = layer.getWeights() as [tf.Tensor, tf.Tensor];
  const scaling = layer.getConfig().scaling as 'inverted' | 'paper';
  const options = { rate: layer.rate, bias, scaling };
  const { mean, variance } = dropConnectMoments(x, kernel, options);
  const unit = (await tf.tidy(() => tf.argMax(tf.reshape(mean, [-1]))).data())[0]!;
  const sampled = tf.tidy(() => {
    const u = dropConnectMatMul(tf.tile(x, [MASKS, 1]), kernel, { ...options, seed: 1 });
    return tf.slice(u, [0, unit], [-1, 1]);
  });
  const [means, variances, values] = await Promise.all([mean.data(), variance.data(), sampled.data()]);
  tf.dispose([mean, variance, sampled]);

  const [center, deviation] = [means[unit]!, Math.sqrt(variances[unit]!)];
  const width = (2 * REACH * deviation) / BINS;
  const from = center - REACH * deviation;
  const counts = new Array<number>(BINS).fill(0);
  for (const value of values) {
    const bin = Math.floor((value - from) / width);
    if (bin >= 0 && bin < BINS) counts[bin]!++;
  }
  const at = (bin: number) => from + (bin + 0.5) * width;
  const normal = (u: number) =>
    Math.exp(-0.5 * ((u - center) / deviation) ** 2) / (deviation * Math.sqrt(2 * Math.PI));
  return {
    title: `Input of a unit of hidden layer ${number}`,
    caption: `One test image, the unit of the largest mean, ${MASKS} masks.`,
    lines: [
      { label: 'masks', points: counts.map((count, bin) => [at(bin), count / (MASKS * width)]) },
      { label: 'normal', dashed: true, points: counts.map((_, bin) => [at(bin), normal(at(bin))]) },
    ],
    x: { title: 'input of the activation' },
    y: { title: 'density' },
  };
}
