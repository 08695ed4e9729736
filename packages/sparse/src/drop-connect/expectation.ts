import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { counterNormals } from './counter-normals.ts';
import { deviation } from './deviation.ts';

/** Positive nodes of the 16-point Gauss–Hermite rule for N(0, 1), and their weights, which sum to ½. */
const NODES: readonly (readonly [node: number, weight: number])[] = [
  [0.3867606045005574, 0.286568521238012],
  [1.1638291005549648, 0.1583383727509497],
  [1.9519803457163334, 0.04728475235401406],
  [2.7602450476307014, 0.007266937601184749],
  [3.6008736241715487, 0.0005259849265739087],
  [4.492955302520011, 1.530003216248732e-5],
  [5.472225705949343, 1.309473216286817e-7],
  [6.630878198393129, 1.4978147231618412e-10],
];

/** Samples are drawn a few at a time, so that no more than about this many exist at once. */
const SAMPLE_ELEMENTS = 2 ** 18;

/** E[f(u)] for normal u by the sum over nodes; f(mean) exactly where the variance is 0. */
export function quadrature(mean: Tensor, variance: Tensor, f: (u: Tensor) => Tensor): Tensor {
  const s = deviation(variance);
  const at = (t: number) => f(tf.add(mean, tf.mul(s, t)));
  // Not `addN`, whose kernel on WebGPU binds all terms at once, more than it may.
  const sum = NODES.map(([node, weight]) => tf.mul(tf.add(at(node), at(-node)), weight)).reduce((a, b) =>
    tf.add(a, b),
  );
  return tf.where(tf.greater(variance, 0), sum, f(mean));
}

/** The mean of f(u) over samples of normal u. */
export function sampleMean(
  mean: Tensor,
  variance: Tensor,
  f: (u: Tensor) => Tensor,
  { samples, seed }: { samples: number; seed: number },
): Tensor {
  const s = deviation(variance);
  const most = Math.max(1, Math.floor(SAMPLE_ELEMENTS / Math.max(1, mean.size)));
  let sum: Tensor = tf.zerosLike(mean);
  for (let done = 0; done < samples; done += most) {
    const count = Math.min(most, samples - done);
    sum = tf.tidy(() => {
      const normals = counterNormals(seed, count * mean.size, done * mean.size);
      const noise = tf.tensor(normals, [count, ...mean.shape] as [number]);
      return tf.add(sum, tf.sum(f(tf.add(mean, tf.mul(s, noise))), 0));
    });
  }
  return tf.div(sum, samples);
}
