import { ArgumentError } from '@arborize/core';
import { checkSparsity } from '../sparse-weights/sparse-mask.ts';
import { checkMode, type GateMode } from './gate-mode.ts';
import { checkSegmentInitializer, type SegmentInitializer } from './segment-initializers.ts';

/** The dendrites of a layer's units. */
export interface DendriteOptions {
  /** Segments for each unit, an integer ≥ 0; 0 switches the gates off. */
  readonly segments: number;
  /** How the winning segment acts on its unit. Default `'absMaxGate'`. */
  readonly mode?: GateMode;
  /** The fraction of segment weights that are 0 for ever, in [0, 1). Default 0. */
  readonly segmentSparsity?: number;
  /** Whether segments have biases. Default `false`. */
  readonly segmentBias?: boolean;
  /** Whether segments learn. Default `true`. */
  readonly trainableSegments?: boolean;
  /** Default `'contextNorm'`. */
  readonly segmentInitializer?: SegmentInitializer;
  /** For `'contextNorm'`: the first activation of winners, a positive number. Default 3. */
  readonly contextGain?: number;
  /** For `'contextNorm'`: the Euclidean norm of contexts, a positive number. Default 1, as one-hot contexts have. */
  readonly contextScale?: number;
  /** For `'sparseUniform'`: the density of contexts that sets the scale, in (0, 1]. Default 1. */
  readonly contextDensity?: number;
}

/** {@link DendriteOptions} with every default filled in. */
export type DendriteSettings = Required<DendriteOptions>;

/** @throws ArgumentError for an option out of range. */
export function checkedDendrites(where: string, options: DendriteOptions): DendriteSettings {
  const settings: DendriteSettings = {
    segments: options.segments,
    mode: options.mode ?? 'absMaxGate',
    segmentSparsity: options.segmentSparsity ?? 0,
    segmentBias: options.segmentBias ?? false,
    trainableSegments: options.trainableSegments ?? true,
    segmentInitializer: options.segmentInitializer ?? 'contextNorm',
    contextGain: options.contextGain ?? 3,
    contextScale: options.contextScale ?? 1,
    contextDensity: options.contextDensity ?? 1,
  };
  const { segments } = settings;
  if (!(Number.isInteger(segments) && segments >= 0)) {
    const expected = 'an integer ≥ 0';
    throw new ArgumentError({ where, argument: 'options.segments', got: segments, expected });
  }
  checkMode(where, settings.mode);
  checkSegmentInitializer(where, settings.segmentInitializer);
  checkSparsity(where, settings.segmentSparsity, 'options.segmentSparsity');
  for (const name of ['contextGain', 'contextScale', 'contextDensity'] as const) {
    const got = settings[name];
    if (got > 0 && Number.isFinite(got)) continue;
    throw new ArgumentError({ where, argument: `options.${name}`, got, expected: 'a positive number' });
  }
  return settings;
}
