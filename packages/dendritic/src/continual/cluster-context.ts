import { ArgumentError, Random, type RandomState } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { ContextSource } from './context-source.ts';
import { decodeFloats, encodeFloats } from './encode-floats.ts';
import { hotellingTest, type Moments, momentsOf } from './hotelling.ts';
import { nearestPrototype } from './nearest-prototype.ts';

/** Options of {@link ClusterContext}. */
export interface ClusterContextOptions {
  /** Numbers in one input, all axes together. */
  readonly inputs: number;
  /** How many of them, chosen at random once, make a context. Default all, at most 256. */
  readonly width?: number;
  /** Samples that a cluster remembers. Default 256. */
  readonly maxExemplars?: number;
  /** The chance, in (0, 1), at which a batch of a cluster is taken for a new one. Default 0.1. */
  readonly significance?: number;
  /** An integer. Default 0. */
  readonly seed?: number;
}

interface Cluster {
  prototype: Float32Array;
  samples: number;
  exemplars: Float32Array;
  moments: Moments;
}

interface Saved {
  indices: number[];
  random: RandomState;
  clusters: { prototype: string; samples: number; exemplars: string }[];
}

/**
 * Contexts by clustering, for training without known task borders: a batch joins the first cluster whose exemplars may
 * have its mean, by Hotelling's test, or starts a new one; its context is the cluster's running mean. A test sample has
 * the context of the nearest cluster.
 *
 * Each batch, with the exemplars, must have more than `width` + 1 samples. More clusters than tasks are usual: each
 * batch runs the chance of `significance` for every cluster.
 *
 * @throws ArgumentError for an option out of range, or too small a batch.
 * @example
 * const contexts = new ClusterContext({ inputs: 784 });
 * const trainer = new ContinualTrainer({ model, contexts, optimizer: () => tf.train.adam(1e-3), epochs: 3 });
 * @see Iyer et al., "Avoiding Catastrophe", arXiv 2201.00042, §"Computing the context".
 */
export class ClusterContext implements ContextSource {
  readonly constant = false;
  readonly width: number;
  private readonly inputs: number;
  private readonly maxExemplars: number;
  private readonly significance: number;
  private indices: Int32Array;
  private random: Random;
  private clusters: Cluster[] = [];

  constructor(options: ClusterContextOptions) {
    const {
      inputs,
      width = Math.min(256, inputs),
      maxExemplars = 256,
      significance = 0.1,
      seed = 0,
    } = options;
    checkInteger('inputs', inputs, 1, Number.MAX_SAFE_INTEGER);
    checkInteger('width', width, 1, inputs);
    checkInteger('maxExemplars', maxExemplars, 1, Number.MAX_SAFE_INTEGER);
    if (!(significance > 0 && significance < 1)) {
      throw new ArgumentError({
        where: 'ClusterContext',
        argument: 'options.significance',
        got: significance,
        expected: 'a probability in (0, 1)',
      });
    }
    this.inputs = inputs;
    this.width = width;
    this.maxExemplars = maxExemplars;
    this.significance = significance;
    this.random = new Random(seed);
    this.indices = Int32Array.from(this.random.permutation(inputs).subarray(0, width)).sort();
  }

  get count(): number {
    return this.clusters.length;
  }

  /** Nothing: tasks are not told. */
  async beginTask(): Promise<void> {}

  async observe(batch?: Tensor): Promise<Float32Array> {
    const chosen = this.chosen(batch!);
    const rows = (await chosen.data()) as Float32Array;
    chosen.dispose();
    const moments = momentsOf(rows, this.width);
    for (const cluster of this.clusters) {
      if (!this.accepts(cluster.moments, moments)) continue;
      this.join(cluster, rows, moments);
      return cluster.prototype;
    }
    const exemplars = this.pick(rows, Math.min(this.maxExemplars, moments.count));
    const prototype = Float32Array.from(moments.mean);
    const known = momentsOf(exemplars, this.width);
    this.clusters.push({ prototype, samples: moments.count, exemplars, moments: known });
    return prototype;
  }

  async infer(xs: Tensor): Promise<Int32Array> {
    const chosen = this.chosen(xs);
    const prototypes = this.clusters.map(({ prototype }) => prototype);
    const nearest = await nearestPrototype(chosen, prototypes);
    chosen.dispose();
    return nearest;
  }

  context(i: number): Float32Array {
    return this.clusters[i]!.prototype;
  }

  toJSON(): Saved {
    return {
      indices: [...this.indices],
      random: this.random.state(),
      clusters: this.clusters.map(({ prototype, samples, exemplars }) => ({
        prototype: encodeFloats(prototype),
        samples,
        exemplars: encodeFloats(exemplars),
      })),
    };
  }

  restore(json: unknown): void {
    const { indices, random, clusters } = json as Saved;
    this.indices = Int32Array.from(indices);
    this.random = Random.fromState(random);
    this.clusters = clusters.map(({ prototype, samples, exemplars: text }) => {
      const exemplars = decodeFloats(text);
      return {
        prototype: decodeFloats(prototype),
        samples,
        exemplars,
        moments: momentsOf(exemplars, this.width),
      };
    });
  }

  private accepts(known: Moments, batch: Moments): boolean {
    const samples = known.count + batch.count;
    if (samples > this.width + 1) return hotellingTest(known, batch).confidence < 1 - this.significance;
    throw new ArgumentError({
      where: 'ClusterContext',
      argument: 'a batch',
      got: `${batch.count} samples and ${known.count} exemplars`,
      expected: `of more than ${this.width + 1} samples together`,
      remedy: 'Take larger batches, or fewer inputs for a context (options.width).',
    });
  }

  /** Running mean, and exemplars in the proportion of old and new samples. */
  private join(cluster: Cluster, rows: Float32Array, batch: Moments): void {
    const total = cluster.samples + batch.count;
    cluster.prototype = cluster.prototype.map(
      (value, i) => (cluster.samples * value + batch.count * batch.mean[i]!) / total,
    );
    const share = cluster.samples / total;
    const old = this.pick(cluster.exemplars, Math.floor(this.maxExemplars * share));
    const fresh = this.pick(rows, Math.floor(this.maxExemplars * (1 - share)));
    cluster.exemplars = new Float32Array(old.length + fresh.length);
    cluster.exemplars.set(old);
    cluster.exemplars.set(fresh, old.length);
    cluster.samples = total;
    cluster.moments = momentsOf(cluster.exemplars, this.width);
  }

  /** Random rows, at most all. */
  private pick(rows: Float32Array, count: number): Float32Array {
    const { width } = this;
    const order = this.random.permutation(rows.length / width).subarray(0, count);
    const picked = new Float32Array(order.length * width);
    for (const [i, row] of order.entries())
      picked.set(rows.subarray(row * width, (row + 1) * width), i * width);
    return picked;
  }

  private chosen(xs: Tensor): Tensor {
    const flat: [number, number] = [xs.shape[0]!, this.inputs];
    return tf.tidy(() => tf.gather(tf.reshape(xs, flat), tf.tensor1d(this.indices, 'int32'), 1));
  }
}

function checkInteger(name: string, got: number, least: number, most: number): void {
  if (Number.isInteger(got) && got >= least && got <= most) return;
  const expected =
    most < Number.MAX_SAFE_INTEGER ? `an integer from ${least} to ${most}` : `an integer ≥ ${least}`;
  throw new ArgumentError({ where: 'ClusterContext', argument: `options.${name}`, got, expected });
}
