import { Random } from '@arborize/core';
import { assertWhole } from '../errors/assert-whole.ts';
import type { Samples } from '../samples/samples.ts';
import { fillSamples } from './fill-samples.ts';
import { assertGeneratorOptions, type GeneratorOptions } from './generator-options.ts';

export interface GaussianClustersOptions extends GeneratorOptions {
  /** Clusters, one class each; an integer ≥ 1. Default 3. */
  readonly classes?: number;
  /** Numbers in an example; an integer ≥ 1. Default 2. */
  readonly features?: number;
  /** Standard deviation of a cluster along each feature. Default 1. */
  readonly spread?: number;
}

/** Centres are drawn from a box of this half width. */
const REACH = 5;

/**
 * Points normally distributed around one centre per class, in turn; the centres are uniform in [−5, 5] per feature and
 * depend on the seed.
 *
 * @returns Samples of shape `[features]`.
 * @throws ArgumentError if an option is out of range.
 *
 * @example
 * gaussianClusters({ count: 100, seed: 0, classes: 5, features: 8 }).shape; // [8]
 */
export function gaussianClusters(options: GaussianClustersOptions): Samples {
  const { count, seed, classes = 3, features = 2, spread = 1 } = options;
  assertGeneratorOptions('gaussianClusters', { count, spread });
  assertWhole('gaussianClusters', 'classes', classes, 1);
  assertWhole('gaussianClusters', 'features', features, 1);
  const centerRandom = new Random(seed).fork(0);
  const centers = Float32Array.from({ length: classes * features }, () =>
    centerRandom.uniform(-REACH, REACH),
  );
  return fillSamples({ count, seed }, { features, classes }, (example, index, random) => {
    const label = index % classes;
    for (let i = 0; i < features; i++) example[i] = centers[label * features + i]! + random.normal(0, spread);
    return label;
  });
}
