import { Random } from '@arborize/core';
import type { Samples } from '../samples/samples.ts';
import type { GeneratorOptions } from './generator-options.ts';

/** Draws examples of `features` numbers; `draw` fills in the example and gives its label, or its target if `classes` is 0. */
export function fillSamples(
  { count, seed }: GeneratorOptions,
  { features, classes }: { readonly features: number; readonly classes: number },
  draw: (example: Float32Array, index: number, random: Random) => number,
): Samples {
  const random = new Random(seed);
  const xs = new Float32Array(count * features);
  const ys = classes === 0 ? new Float32Array(count) : new Int32Array(count);
  for (let i = 0; i < count; i++) ys[i] = draw(xs.subarray(i * features, (i + 1) * features), i, random);
  return { shape: [features], xs, ys, classes, count };
}
