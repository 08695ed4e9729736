import { assertWhole } from '../errors/assert-whole.ts';
import type { Samples } from '../samples/samples.ts';
import { fillSamples } from './fill-samples.ts';
import { assertGeneratorOptions, type GeneratorOptions } from './generator-options.ts';

export interface SpiralsOptions extends GeneratorOptions {
  /** Arms, one class each; an integer ≥ 2. Default 2. */
  readonly arms?: number;
  /** How often each arm winds around the centre. Default 1.5. */
  readonly turns?: number;
  /** Standard deviation of the noise on each coordinate. Default 0.02. */
  readonly noise?: number;
}

/**
 * Points on spiral arms that start at the centre, one class each, in turn.
 *
 * With t uniform in [0, 1], arm k lies at distance t from the centre at the angle 2π(turns · t + k / arms).
 *
 * @returns Samples of shape `[2]` in `arms` classes.
 * @throws ArgumentError if an option is out of range.
 *
 * @example
 * spirals({ count: 300, seed: 0, arms: 3 }).classes; // 3
 */
export function spirals({ arms = 2, turns = 1.5, noise = 0.02, ...options }: SpiralsOptions): Samples {
  assertGeneratorOptions('spirals', { count: options.count, turns, noise });
  assertWhole('spirals', 'arms', arms, 2);
  return fillSamples(options, { features: 2, classes: arms }, (example, index, random) => {
    const arm = index % arms;
    const t = random.uniform();
    const angle = 2 * Math.PI * (turns * t + arm / arms);
    example[0] = t * Math.cos(angle) + random.normal(0, noise);
    example[1] = t * Math.sin(angle) + random.normal(0, noise);
    return arm;
  });
}
