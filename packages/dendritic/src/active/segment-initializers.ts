import { ArgumentError } from '@arborize/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { uniformTensor } from '../sparse-weights/sparse-uniform.ts';

/**
 * How segments [H, S, C] are first drawn from U(−h, h):
 *
 *     'contextNorm'    h = √3·contextGain / (m_S·contextScale·√(1 − segmentSparsity)): |a| of winners is near contextGain
 *     'sparseUniform'  h = 1/√(contextDensity·(1 − segmentSparsity)·C), the authors' rule
 *     'uniform'        h = 1/√C
 *
 * m_S is the expected largest magnitude of S standard normals. The gates of one-hot contexts stay near ½ with the
 * authors' rule, where gating does almost nothing.
 */
export type SegmentInitializer = 'contextNorm' | 'sparseUniform' | 'uniform';

const INITIALIZERS: readonly SegmentInitializer[] = ['contextNorm', 'sparseUniform', 'uniform'];

/** What decides the scale of segments. */
export interface SegmentScale {
  readonly segmentInitializer: SegmentInitializer;
  readonly contextGain: number;
  readonly contextScale: number;
  readonly contextDensity: number;
  readonly segmentSparsity: number;
}

/** @throws ArgumentError for an initialiser that is none of the three. */
export function checkSegmentInitializer(where: string, name: SegmentInitializer): void {
  if (INITIALIZERS.includes(name)) return;
  throw new ArgumentError({
    where,
    argument: 'options.segmentInitializer',
    got: name,
    expected: INITIALIZERS.map((each) => `'${each}'`).join(', '),
  });
}

/** The first segments. */
export function initialSegments(
  shape: [units: number, segments: number, width: number],
  scale: SegmentScale,
  seed: number,
): Tensor {
  return uniformTensor(shape, segmentBound(shape[1], shape[2], scale), seed);
}

/** h of the rule. */
export function segmentBound(segments: number, width: number, scale: SegmentScale): number {
  const { segmentInitializer, contextGain, contextScale, contextDensity, segmentSparsity } = scale;
  if (segmentInitializer === 'uniform') return 1 / Math.sqrt(width);
  if (segmentInitializer === 'sparseUniform') {
    return 1 / Math.sqrt(contextDensity * (1 - segmentSparsity) * width);
  }
  const spread = expectedLargest(segments) * contextScale * Math.sqrt(1 - segmentSparsity);
  return (Math.sqrt(3) * contextGain) / spread;
}

/** E max |z| of `count` standard normals: ∫₀^∞ 1 − P(|z| ≤ t)^count dt, by the midpoint rule. */
export function expectedLargest(count: number): number {
  const step = 0.002;
  let within = 0;
  let sum = 0;
  for (let t = step / 2; t < 8; t += step) {
    const mass = step * Math.sqrt(2 / Math.PI) * Math.exp((-t * t) / 2);
    sum += step * (1 - (within + mass / 2) ** count);
    within += mass;
  }
  return sum;
}
